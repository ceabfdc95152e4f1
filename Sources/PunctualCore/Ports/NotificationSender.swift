/// Brings a message to where its rule says.
public protocol NotificationSender: Sendable {
    /// Tries once, for a minute and a half at most. The same message may be sent twice; its `delivery` tells the receiver.
    func send(_ message: NotificationMessage) async -> NotificationOutcome
}

/// What became of a message.
public enum NotificationOutcome: Hashable, Sendable {
    case sent
    /// Some of a mail's receivers have it.
    /// - Parameters:
    ///   - refused: who will never get it, in words; nil when nobody is.
    ///   - left: who may get it by another try.
    ///   - why: they have not, in words; empty without them.
    case partly(refused: String?, left: [String], why: String)
    /// - Parameters:
    ///   - isRetryable: false when another try cannot help.
    ///   - retryAfter: the pause that the other side asked for; nil when it did not.
    case failed(String, isRetryable: Bool, retryAfter: Duration?)
}
