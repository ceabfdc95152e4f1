internal import PunctualCore

/// What a command said: all of it, or the beginning and the end with a word about what is missing between them.
///
/// The end tells why a command failed and the beginning what it was about; the middle is what one can do without.
struct CommandOutput {
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private var count = 0

    static let headLimit = CommandExecutor.outputLimit / 2
    /// Leaves room for the line between the two.
    static let tailLimit = CommandExecutor.outputLimit - headLimit - 64

    var isTruncated: Bool { count > Self.headLimit + Self.tailLimit }

    mutating func append(_ bytes: some Collection<UInt8>) {
        count += bytes.count
        let room = Self.headLimit - head.count
        head.append(contentsOf: bytes.prefix(room))
        tail.append(contentsOf: bytes.dropFirst(room))
        // Cut only now and then, so that each byte is moved once.
        if tail.count > 8 * Self.tailLimit { tail.removeFirst(tail.count - Self.tailLimit) }
    }

    /// At most `CommandExecutor.outputLimit` bytes when the command spoke UTF-8.
    var text: String {
        guard isTruncated else { return OutputText.text(head + tail) }
        let first = OutputText.trimmingEnd(head[...])
        let last = OutputText.trimmingStart(tail.suffix(Self.tailLimit))
        let missing = count - first.count - last.count
        return OutputText.text(first) + OutputCut.line(missing: missing) + OutputText.text(last)
    }
}
