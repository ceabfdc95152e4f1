internal import Synchronization

/// How many requests of one tenant may be under way at once, so that one who sends many slow ones never takes every place.
package final class TenantSlots: Sendable {
    /// How many places each tenant has.
    package let most: Int
    private let held = Mutex<[String: Int]>([:])

    /// All of the tenant's places are taken: 429.
    package struct Full: Error {}

    /// A place, taken as long as somebody holds on to it: also by an answer that is never written.
    package final class Place: Sendable {
        private let slots: TenantSlots
        private let tenant: String

        fileprivate init(_ slots: TenantSlots, _ tenant: String) {
            self.slots = slots
            self.tenant = tenant
        }

        deinit { slots.giveBack(tenant) }
    }

    package init(most: Int) { self.most = most }

    /// Takes one of the tenant's places.
    /// - Throws: `Full` at once when there is none.
    package func take(_ tenant: String) throws(Full) -> Place {
        let isFree = held.withLock { counts in
            guard counts[tenant, default: 0] < most else { return false }
            counts[tenant, default: 0] += 1
            return true
        }
        guard isFree else { throw Full() }
        return Place(self, tenant)
    }

    private func giveBack(_ tenant: String) {
        held.withLock { counts in
            // A tenant without requests is forgotten: the table is as large as what is under way.
            counts[tenant] = counts[tenant] == 1 ? nil : counts[tenant, default: 1] - 1
        }
    }

    /// How many of the tenant's places are taken.
    package func count(of tenant: String) -> Int { held.withLock { $0[tenant, default: 0] } }
}
