internal import PunctualCore

// What single values may be.

extension Settings {
    /// Whether jobs may have it as the name of their queue or service.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && Fields.isWord(text, extra: "._-")
    }

    static let nameForm = "1 to 64 of A–Z a–z 0–9 . _ -"

    static func cacheSizes(_ size: UInt64) -> Bool { size == 0 || (1 << 20...64 << 30).contains(size) }

    /// Reads a number, or one with K, M, G or T behind it (powers of 1024); nil for anything else and for what is past 2⁶³.
    static func amount(_ text: String) -> UInt64? {
        let shift: UInt64? =
            switch text.last?.uppercased() {
            case "K": 10
            case "M": 20
            case "G": 30
            case "T": 40
            default: nil
            }
        let digits = shift == nil ? text[...] : text.dropLast()
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt64(digits) else { return nil }
        let (amount, isTooMuch) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
        return isTooMuch || amount > UInt64(Int64.max) ? nil : amount
    }
}
