internal import PunctualCore

/// What a process has of the cache: copies, loads under way, and what must not be kept now.
///
/// Copies are in two halves: a half that is full becomes the old one, and what is asked for again moves to the young
/// one; so what nobody asks for goes.
struct LocalCopies {
    typealias Instant = ContinuousClock.Instant

    struct Copy {
        let value: [UInt8]
        /// Before it was read in the store, by whatever node.
        let begunAt: Instant
        /// It is as good as it was then: before it was asked for, here or in Redis.
        let knownAt: Instant
        let endsAt: Instant
        /// How long the store took.
        let took: Duration
        /// Whether a change that was under way when it was read would have been seen.
        let isSure: Bool
    }

    struct Load {
        let number: Int
        let begunAt: Instant
        let task: Task<CacheAnswer, any Error>
    }

    private typealias Half = [String: [String: Copy]]

    private var young: Half = [:]
    private var old: Half = [:]
    private var (youngBytes, oldBytes) = (0, 0)
    private let mostBytes: Int
    private var loads: [String: [String: Load]] = [:]
    private var changes: [String: Int] = [:]
    private var lastNumber = 0

    init(mostBytes: Int) { self.mostBytes = mostBytes / 2 }

    /// Whether nothing may be kept of the group now: it is being changed.
    func isPassed(_ group: String) -> Bool { !changes.isEmpty && changes[group] != nil }

    // MARK: Copies

    mutating func copy(of key: CacheKey) -> Copy? {
        if let copy = young[key.group]?[key.name] { return copy }
        guard let copy = old[key.group]?[key.name] else { return nil }
        insert(copy, key)
        return copy
    }

    /// Keeps what a load found, unless the load has been cut off since.
    mutating func keep(_ copy: Copy, of key: CacheKey, from load: Int) {
        if loads[key.group]?[key.name]?.number == load, !isPassed(key.group) { insert(copy, key) }
    }

    private mutating func insert(_ copy: Copy, _ key: CacheKey) {
        let size = LocalCopies.size(copy, key.name)
        // One that is large would throw out all others.
        guard size <= mostBytes / 4 else { return }
        if youngBytes + size > mostBytes {
            (old, oldBytes) = (young, youngBytes)
            young = [:]
            youngBytes = 0
        }
        if let former = young[key.group, default: [:]].updateValue(copy, forKey: key.name) {
            youngBytes -= LocalCopies.size(former, key.name)
        }
        youngBytes += size
    }

    /// What all copies have, roughly; one that was asked for again may count twice.
    var bytes: Int { youngBytes + oldBytes }

    private static func size(_ copies: [String: Copy]?) -> Int {
        copies?.reduce(0) { $0 + size($1.value, $1.key) } ?? 0
    }

    private static func size(_ copy: Copy, _ name: String) -> Int { overhead + copy.value.count + name.utf8.count }

    /// What a copy costs besides its bytes, roughly.
    private static let overhead = 200

    /// Forgets the group; loads of it that are under way keep nothing.
    mutating func drop(_ group: String) {
        youngBytes -= LocalCopies.size(young.removeValue(forKey: group))
        oldBytes -= LocalCopies.size(old.removeValue(forKey: group))
        loads[group] = nil
    }

    mutating func dropAll() {
        (young, old, loads, youngBytes, oldBytes) = ([:], [:], [:], 0, 0)
    }

    // MARK: Loads

    func load(of key: CacheKey) -> Load? { loads[key.group]?[key.name] }

    /// The number of the next load.
    mutating func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    mutating func begin(_ load: Load, of key: CacheKey) { loads[key.group, default: [:]][key.name] = load }

    mutating func end(_ number: Int, of key: CacheKey) {
        guard loads[key.group]?[key.name]?.number == number else { return }
        loads[key.group]?[key.name] = nil
        if loads[key.group]?.isEmpty ?? false { loads[key.group] = nil }
    }

    // MARK: Changes

    mutating func beginChange(of groups: [String]) {
        for group in groups {
            changes[group, default: 0] += 1
            drop(group)
        }
    }

    mutating func endChange(of groups: [String]) {
        for group in groups {
            drop(group)
            let left = changes[group, default: 1] - 1
            changes[group] = left > 0 ? left : nil
        }
    }
}
