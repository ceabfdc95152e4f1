public import PunctualSchedule

/// How much of something each service may have.
public struct Quota<Value: Hashable & Sendable>: Hashable, Sendable {
    /// Of services that are not named; nil means as much as they like.
    public var standard: Value?
    /// Of those that are; nil means as much as they like.
    public var services: [String: Value?]

    public init(_ standard: Value? = nil, services: [String: Value?] = [:]) {
        self.standard = standard
        self.services = services
    }

    /// nil means as much as it likes.
    public subscript(service: String) -> Value? {
        if let own = services[service] { return own }
        return standard
    }
}

/// What services may have, so that none takes all there is.
///
/// Pure: who asks knows the figures. How many there are is counted by the store, in the transaction that adds to them.
public struct Quotas: Hashable, Sendable {
    /// How many jobs.
    public var jobs = Quota<Int>()
    /// The shortest time from one instant of a job to the next; in a fixed delay the pause.
    public var smallestInterval = Quota<Duration>()
    /// How much of a queue's room for waiting executions, in hundredths.
    public var queueShare = Quota<Int>()
    /// How many waiting executions a queue has room for, when shares of it are given.
    public var queueRoom = 10_000

    public init() {}

    /// How many jobs those of the services may have that may not have any number.
    public func jobLimits(of services: some Sequence<String>) -> [String: Int] {
        services.reduce(into: [:]) { limits, service in limits[service] = jobs[service] }
    }

    /// How many executions of the service may wait in one queue when another is made by hand; nil means any number.
    public func waitingLimit(of service: String) -> Int? {
        queueShare[service].map { max(1, queueRoom * $0 / 100) }
    }

    /// Why the service may not have the schedule; nil when it may.
    /// - Parameters:
    ///   - now: what comes after it is looked at.
    ///   - compiled: asked only where its instants decide.
    public func fault(
        of schedule: JobSchedule, service: String, after now: Timestamp, compiled: () throws -> Schedule
    ) rethrows -> ScheduleFault? {
        guard let least = smallestInterval[service] else { return nil }
        let field: String
        switch schedule {
        case .interval(let every, _), .fixedDelay(let every):
            guard every < least else { return nil }
            return ScheduleFault(field: "every", detail: "must be \(least.text) or longer in the service \(service)")
        case .cron: field = "expression"
        case .rrule: field = "rule"
        case .once, .onceLocal, .manual: return nil
        }
        // Both count in whole seconds.
        guard least > .seconds(1), let close = try compiled().occurrences(closerThan: least, after: now) else {
            return nil
        }
        return ScheduleFault(
            field: field,
            detail: "comes at \(close.first) and again \((close.second - close.first).text) later; in the service "
                + "\(service) there must be \(least.text) or more between")
    }
}
