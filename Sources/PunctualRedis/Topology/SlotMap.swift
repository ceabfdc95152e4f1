/// Which servers of a cluster have which slots.
struct SlotMap: Sendable, Hashable {
    struct Shard: Sendable, Hashable {
        var master: RedisHost
        var replicas: [RedisHost]
    }

    private(set) var shards: [Shard] = []
    /// The index of its shard for each slot; -1 where there is none.
    private var owners = [Int16](repeating: -1, count: KeySlot.count)

    init() {}

    /// Reads the answer of CLUSTER SLOTS.
    /// - Parameter asked: who answered: an unknown name or none means the one that was asked.
    init(_ answer: RedisValue, asked: RedisHost) throws(RedisError) {
        guard let ranges = answer.items, ranges.count <= KeySlot.count else { throw answer.unexpected("CLUSTER SLOTS") }
        var numbers: [Shard: Int16] = [:]
        for range in ranges {
            guard let items = range.items, items.count >= 3, let first = items[0].int, let last = items[1].int,
                first >= 0, first <= last, last < KeySlot.count
            else { throw range.unexpected("CLUSTER SLOTS") }
            var hosts: [RedisHost] = []
            for item in items[2...] {
                guard let node = item.items, node.count >= 2, let port = node[1].int, (0...65_535).contains(port) else {
                    throw range.unexpected("CLUSTER SLOTS")
                }
                let name = node[0].string ?? ""
                if port > 0 { hosts.append(RedisHost(name.isEmpty || name == "?" ? asked.name : name, Int(port))) }
            }
            guard let master = hosts.first else { continue }
            let shard = Shard(master: master, replicas: Array(hosts.dropFirst()))
            let number = numbers[shard] ?? Int16(shards.count)
            if numbers[shard] == nil {
                guard shards.count < 4096 else { throw range.unexpected("CLUSTER SLOTS") }
                numbers[shard] = number
                shards.append(shard)
            }
            for slot in Int(first)...Int(last) { owners[slot] = number }
        }
    }

    subscript(slot: Int) -> Shard? { owners[slot] < 0 ? nil : shards[Int(owners[slot])] }

    /// What a redirection has told.
    mutating func move(_ slot: Int, to host: RedisHost) {
        if let index = shards.firstIndex(where: { $0.master == host }) {
            owners[slot] = Int16(index)
        } else {
            shards.append(Shard(master: host, replicas: []))
            owners[slot] = Int16(shards.count - 1)
        }
    }

    /// Whether any slot that had a master has another here.
    func hasMoved(from old: SlotMap) -> Bool {
        (0..<KeySlot.count).contains { slot in old[slot].map { $0.master != self[slot]?.master } ?? false }
    }

    /// Where MOVED or ASK points: `MOVED 3999 127.0.0.1:6381`.
    static func redirection(_ text: String, by host: RedisHost) -> (slot: Int, host: RedisHost)? {
        let words = text.split(separator: " ")
        guard words.count >= 3, let slot = Int(words[1]), (0..<KeySlot.count).contains(slot),
            let colon = words[2].lastIndex(of: ":"),
            let port = UInt16(words[2][words[2].index(after: colon)...]), port > 0
        else { return nil }
        let name = words[2][..<colon]
        return (slot, RedisHost(name.isEmpty || name == "?" ? host.name : String(name), Int(port)))
    }
}
