/// Whose turn it is among the services of each priority, so that no backlog of one delays another.
///
/// Start-time fair queueing (Goyal, Vin, Cheng 1996) with equal weights: what a service gives is numbered on from its last
/// number, or from the number given last to anybody when that is higher, and the lowest number goes first. So services that
/// have work waiting give as many each, and one that had none for a while neither saves up turns nor owes any.
///
/// Whoever loses it begins anew: what was said is all that is lost.
public struct ServiceTurns: Sendable {
    private struct Key: Hashable {
        let service: String
        let priority: Int
    }

    /// The number of what each gives next, unless `last` is higher.
    private var next: [Key: Int] = [:]
    /// The highest number that was given, by priority.
    private var last: [Int: Int] = [:]
    /// Services are forgotten, when there are more, that are not ahead of the others.
    private static let kept = 4096

    public init() {}

    /// How many services are remembered.
    public var known: Int { next.count }

    /// The number of what the service gives next.
    public func turn(of service: String, priority: Int) -> Int {
        max(next[Key(service: service, priority: priority)] ?? 0, last[priority] ?? 0)
    }

    /// Takes down what was given.
    public mutating func gave(_ executions: some Sequence<Execution>) {
        var counts: [Key: Int] = [:]
        for row in executions { counts[Key(service: row.service, priority: row.priority), default: 0] += 1 }
        var highest = last
        for (key, count) in counts {
            let first = turn(of: key.service, priority: key.priority)
            next[key] = first + count
            highest[key.priority] = max(highest[key.priority] ?? 0, first + count - 1)
        }
        last = highest
        if next.count > ServiceTurns.kept { next = next.filter { $0.value > highest[$0.key.priority] ?? 0 } }
        // All begin anew together.
        if next.count > ServiceTurns.kept { next = [:] }
    }
}
