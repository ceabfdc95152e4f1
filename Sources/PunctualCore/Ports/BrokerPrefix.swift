/// What the names of a cluster's things at a broker begin with, so that several clusters may share it.
public struct BrokerPrefix: Hashable, Sendable {
    public let text: String

    public static let standard = BrokerPrefix(checked: "punctual")

    /// - Parameter text: 1 to 64 letters, digits, dots, hyphens and underscores.
    /// - Throws: `.refused` when it has another form.
    public init(_ text: String) throws(BrokerError) {
        let isName = text.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95: true
            default: false
            }
        }
        guard (1...64).contains(text.utf8.count), isName else {
            throw .refused(
                "the prefix of a broker's names must be 1 to 64 letters, digits, dots, hyphens and underscores")
        }
        self.init(checked: text)
    }

    private init(checked text: String) { self.text = text }
}
