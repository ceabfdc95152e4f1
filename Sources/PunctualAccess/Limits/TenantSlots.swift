internal import Synchronization

/// How many requests of one tenant may be under way at once, so that a slow one never takes every place.
package final class TenantSlots: Sendable {
    private let most: Int
    private let held = Mutex<[String: Int]>([:])

    /// All of the tenant's places are taken: 429.
    package struct Full: Error {}

    package init(most: Int) { self.most = most }

    /// Runs the body in one of the tenant's places.
    /// - Throws: `Full` at once when there is none, and what the body throws.
    package func hold<Value: Sendable>(
        _ tenant: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        let isFree = held.withLock { counts in
            guard counts[tenant, default: 0] < most else { return false }
            counts[tenant, default: 0] += 1
            return true
        }
        guard isFree else { throw Full() }
        defer {
            held.withLock { counts in
                // A tenant without requests is forgotten: the table is as large as what is under way.
                counts[tenant] = counts[tenant] == 1 ? nil : counts[tenant, default: 1] - 1
            }
        }
        return try await body()
    }

    /// How many of the tenant's places are taken.
    package func count(of tenant: String) -> Int { held.withLock { $0[tenant, default: 0] } }
}
