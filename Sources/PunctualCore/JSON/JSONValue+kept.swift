public import PunctualJSON

extension JSONValue {
    /// What a store keeps of the audit log's `before` and `after`; nil for null.
    public var keptText: String? { isNull ? nil : description }

    /// Reads `keptText`. A text that is no JSON was not written by a store: it is shown as it is, and its hash does not fit.
    public init(kept text: String?) {
        self = text.map { (try? JSONValue(parsing: $0)) ?? .string($0) } ?? .null  // Why it is no JSON helps nobody.
    }
}
