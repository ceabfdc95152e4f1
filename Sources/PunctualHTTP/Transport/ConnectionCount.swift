internal import Synchronization

/// How many connections of callers are open.
package final class ConnectionCount: Sendable {
    private let count = Atomic(0)

    package init() {}

    package var open: Int { count.load(ordering: .relaxed) }

    func holding(_ body: () async -> Void) async {
        count.add(1, ordering: .relaxed)
        defer { count.subtract(1, ordering: .relaxed) }
        await body()
    }
}
