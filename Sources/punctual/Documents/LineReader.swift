/// Cuts bytes into lines, however the pieces come.
struct LineReader {
    /// The longest line that is taken, in bytes.
    static let longest = 16 << 20

    private var rest: [UInt8] = []

    /// The lines that these bytes complete, without their ends.
    /// - Throws: `Failure` for a line that is too long.
    mutating func read(_ bytes: [UInt8]) throws(Failure) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            // Each part but the first follows a line end.
            if part.startIndex > 0 {
                lines.append(rest)
                rest = []
            }
            rest += part
            if rest.count > LineReader.longest {
                throw Failure(.failed, "a line is longer than \(LineReader.longest) bytes")
            }
        }
        return lines
    }

    /// - Throws: `Failure` when the last line has no end: something was cut off.
    func finish() throws(Failure) {
        if !rest.isEmpty { throw Failure(.failed, "the last line is cut off") }
    }
}
