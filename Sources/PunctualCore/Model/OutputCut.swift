/// The line that stands in an output where its middle is missing.
public enum OutputCut {
    private static let opening = "\n[… "
    private static let closing = " bytes left out …]\n"

    /// The line for so many bytes.
    public static func line(missing count: Int) -> String { "\(opening)\(count)\(closing)" }

    /// Where such lines stand in the UTF-8 of an output, in order.
    ///
    /// By bytes: as characters, the line end before one may be half of another.
    public static func places(in output: [UInt8]) -> [Range<Int>] {
        let (opening, closing) = (Array(opening.utf8), Array(closing.utf8))
        var (places, start): ([Range<Int>], Int) = ([], 0)
        while let begin = output[start...].firstIndex(of: opening[0]) {
            start = begin + 1
            guard output[begin...].starts(with: opening) else { continue }
            let rest = output[(begin + opening.count)...]
            let digits = rest.prefix { (48...57).contains($0) }
            guard !digits.isEmpty, rest[digits.endIndex...].starts(with: closing) else { continue }
            start = digits.endIndex + closing.count
            places.append(begin..<start)
        }
        return places
    }
}
