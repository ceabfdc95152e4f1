internal import HTTPTypes
internal import PunctualAPI
internal import Synchronization

/// How much may go on at once; what comes on top is refused at once instead of waiting.
package final class Bound: Sendable {
    /// How many may hold a place.
    package let limit: Int
    private let count = Atomic(0)

    package init(_ limit: Int) { self.limit = limit }

    /// - Throws: `Problem` 503 when the room is full.
    func enter() throws {
        if count.add(1, ordering: .relaxed).newValue > limit {
            leave()
            var problem = Problem(.overloaded, "This node serves \(limit) such requests at once; try again shortly.")
            problem.headers[.retryAfter] = "1"
            throw problem
        }
    }

    /// - Throws: `Problem` 503 when the room is full.
    func requireRoom() throws {
        try enter()
        leave()
    }

    /// How many hold a place now.
    package var taken: Int { count.load(ordering: .relaxed) }

    func leave() { count.subtract(1, ordering: .relaxed) }

    /// Runs the body inside the bound.
    /// - Throws: `Problem` 503 when the room is full.
    func hold<Value>(_ body: () async throws -> Value) async throws -> Value {
        try enter()
        defer { leave() }
        return try await body()
    }
}

/// The bounds of one node's API.
package struct Bounds: Sendable {
    /// Requests that are being worked on.
    package var requests = Bound(1024)
    /// Claims that wait for work.
    package var claims = Bound(2048)
    /// Event streams that are open.
    package var streams = Bound(512)
    /// How long a stream says nothing; proxies cut what is silent longer, and one whose reader has gone is noticed then.
    package var silence = Duration.seconds(15)

    package init() {}
}
