package import PunctualSchedule

/// What is known of one provider, and when to ask it again; pure.
package struct ProviderState: Sendable {
    /// nil before the first good answer.
    package private(set) var metadata: ProviderMetadata?
    /// By `kid`; those of the last good answer, however long ago that was.
    package private(set) var keys: [String: TokenKey] = [:]
    /// Why the last question had no good answer; nil when it had one.
    package private(set) var fault: ProviderFault?
    private var dueAt: Timestamp?
    private var hurriedAt: Timestamp?

    /// Without a word of the provider about it.
    static let standardAge = Duration.seconds(3600)
    static let ages = Duration.seconds(300) ... .seconds(24 * 3600)
    /// After a question without a good answer.
    static let pause = Duration.seconds(30)
    /// Between two questions because of keys that nobody knows.
    static let hurry = Duration.seconds(60)

    package init() {}

    /// Whether it is time to ask.
    package func isDue(at now: Timestamp) -> Bool { dueAt.map { $0 <= now } ?? true }

    /// Whether a token with an unknown key is reason enough to ask: once a minute, whatever is shown.
    package mutating func mayHurry(at now: Timestamp) -> Bool {
        if let hurriedAt, now - hurriedAt < ProviderState.hurry { return false }
        hurriedAt = now
        return true
    }

    /// - Returns: whether it had been away until now.
    package mutating func learn(
        _ metadata: ProviderMetadata, _ keys: [String: TokenKey], cacheControl: String?, at now: Timestamp
    ) -> Bool {
        let wasAway = fault != nil
        self.metadata = metadata
        self.keys = keys
        fault = nil
        dueAt = now + ProviderState.age(cacheControl)
        return wasAway
    }

    /// The keys that are known stay in use.
    /// - Returns: whether that is news.
    package mutating func miss(_ fault: ProviderFault, at now: Timestamp) -> Bool {
        let isNews = self.fault == nil
        self.fault = fault
        dueAt = now + ProviderState.pause
        return isNews
    }

    /// For how long an answer is used: what `max-age` says, within reason.
    package static func age(_ cacheControl: String?) -> Duration {
        guard let cacheControl else { return standardAge }
        let words = cacheControl.lowercased().split(separator: ",").map { $0.filter { $0 != " " } }
        if words.contains("no-store") || words.contains("no-cache") { return ages.lowerBound }
        guard let word = words.first(where: { $0.hasPrefix("max-age=") }), let seconds = Int64(word.dropFirst(8)) else {
            return standardAge
        }
        return min(max(.seconds(min(seconds, 1 << 32)), ages.lowerBound), ages.upperBound)
    }
}
