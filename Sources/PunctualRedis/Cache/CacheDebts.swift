/// Changes of which other nodes could not be told; while there are any, this node neither reads shared copies nor
/// beats.
struct CacheDebts {
    /// The groups, each with the number of its newest change.
    private(set) var groups: [String: Int] = [:]
    /// There are others besides, too many to name: the number of the newest, and a new epoch pays them all.
    private(set) var all: Int?
    private var lastNumber = 0

    /// So many are told one by one.
    static let mostGroups = 4096

    var isEmpty: Bool { groups.isEmpty && all == nil }

    mutating func owe(_ names: [String]) {
        lastNumber += 1
        for name in names {
            if groups.count < CacheDebts.mostGroups || groups[name] != nil {
                groups[name] = lastNumber
            } else {
                all = lastNumber
            }
        }
    }

    /// What has changed is not known.
    mutating func oweAll() {
        lastNumber += 1
        all = lastNumber
    }

    /// - Parameter told: with their numbers of before they were told; what has changed since is owed still.
    mutating func paid(_ told: some Sequence<(key: String, value: Int)>) {
        for (name, number) in told where groups[name] == number { groups[name] = nil }
    }

    mutating func paid(all number: Int) {
        if all == number { all = nil }
    }
}
