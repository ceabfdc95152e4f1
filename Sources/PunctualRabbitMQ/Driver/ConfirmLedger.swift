/// What was sent on a channel and not confirmed yet, by the numbers that the server counts, from 1.
struct ConfirmLedger<Entry> {
    private struct Slot {
        var entry: Entry
        var returnReason: String?
    }

    /// In the order of numbers, from `first` on; nil for those settled out of turn.
    private var slots: [Slot?] = []
    private var first: UInt64 = 1
    private(set) var count = 0

    init() {}

    /// Notes the next message.
    mutating func sent(_ entry: Entry) {
        slots.append(Slot(entry: entry))
        count += 1
    }

    /// Settles one number, or all up to it. Numbers that were never sent or are settled already are passed over.
    /// - Returns: the entries in order, each with the reason why it was returned before; nil when it was not.
    mutating func settle(_ number: UInt64, isMultiple: Bool) -> [(entry: Entry, returnReason: String?)] {
        // Zero with the multiple flag means all (AMQP 0-9-1, basic.ack).
        let beyond = first + UInt64(slots.count)
        let end = number == 0 && isMultiple || number >= beyond ? beyond : number + 1
        guard end > first, isMultiple || number < beyond else { return [] }
        let last = Int(end - first) - 1
        var settled: [(entry: Entry, returnReason: String?)] = []
        for index in isMultiple ? 0...last : last...last {
            guard let slot = slots[index] else { continue }
            settled.append((slot.entry, slot.returnReason))
            slots[index] = nil
        }
        count -= settled.count
        let done = slots.firstIndex { $0 != nil } ?? slots.count
        slots.removeFirst(done)
        first += UInt64(done)
        return settled
    }

    /// Marks the earliest entry that matches and was not returned yet: returns come in the order of sending, each before
    /// its confirmation.
    /// - Returns: false when none matches.
    @discardableResult
    mutating func markReturned(_ reason: String, where matches: (Entry) -> Bool) -> Bool {
        let index = slots.firstIndex { slot in
            guard let slot, slot.returnReason == nil else { return false }
            return matches(slot.entry)
        }
        guard let index else { return false }
        slots[index]?.returnReason = reason
        return true
    }

    /// Whether any entry that is not settled matches.
    func contains(where matches: (Entry) -> Bool) -> Bool {
        slots.contains { $0.map { matches($0.entry) } ?? false }
    }

    /// Forgets everything, since the channel has ended; numbers begin at 1 again.
    /// - Returns: what was not settled, in order.
    mutating func removeAll() -> [Entry] {
        defer { self = ConfirmLedger() }
        return slots.compactMap { $0?.entry }
    }
}
