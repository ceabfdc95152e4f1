/// Which groups this process is changing, and which of them Redis knows to be changed.
///
/// Changes of a group that overlap share one mark: while it stands nobody keeps a copy, so that all but the last of them
/// have nothing to tell when they end. What is to be told gathers while something is being told, and goes as one.
struct ChangeMarks {
    typealias Instant = ContinuousClock.Instant

    /// What is told at once.
    struct Batch {
        /// To be marked, since somebody changes them.
        var marked: [String] = []
        /// Whose mark is to be taken away, since nobody does any more.
        var freed: [String] = []
        var waiters: [CheckedContinuation<Bool, Never>] = []

        var groups: [String] { marked + freed }
    }

    private struct Mark {
        /// How many changes of the group are under way.
        var changes = 0
        /// Before it was last set, and over which connection; nil when nobody knows of it.
        var standing: (since: Instant, generation: Int)?
    }

    private var marks: [String: Mark] = [:]
    /// Groups of whose marking no answer came, each with when its mark is to be taken away once more; nil before it was
    /// the first time. What stalled may be done after the freeing that went over another connection.
    private var late: [String: Instant?] = [:]
    private var asked: Set<String> = []
    private var waiters: [CheckedContinuation<Bool, Never>] = []
    private var isSending = false

    /// For so long a mark is believed to stand: a server that loses its data loses the mark, too.
    static let trust = Duration.milliseconds(300)
    /// So long after a freeing was answered, nothing that was sent before it is still on its way.
    static let delay = Duration.seconds(1)
    /// Of so many groups it is known that their marks may come late; others end by themselves.
    private static let mostLate = 4096

    /// A change begins.
    /// - Returns: the groups of which others must be told before it may.
    mutating func begin(_ groups: [String], at now: Instant, generation: Int) -> [String] {
        groups.filter { group in
            marks[group, default: Mark()].changes += 1
            return !stands(group, now, generation)
        }
    }

    /// A change has ended, whatever it did.
    /// - Returns: the groups of which others must be told before anybody hears of it.
    mutating func end(_ groups: [String], at now: Instant, generation: Int) -> [String] {
        groups.filter { group in
            marks[group, default: Mark()].changes -= 1
            return marks[group, default: Mark()].changes <= 0 || !stands(group, now, generation)
        }
    }

    /// The groups that are being changed and whose marks were not set for a while.
    func fading(at now: Instant, generation: Int) -> [String] {
        marks.filter { $0.value.changes > 0 && !stands($0.key, now, generation) }.map(\.key)
    }

    private func stands(_ group: String, _ now: Instant, _ generation: Int) -> Bool {
        guard let standing = marks[group]?.standing else { return false }
        return standing.generation == generation && now < standing.since + ChangeMarks.trust
    }

    /// Marks may have been lost.
    mutating func doubt() {
        for group in marks.keys { marks[group]?.standing = nil }
    }

    // MARK: Telling

    /// The groups go with the next batch.
    /// - Returns: whether nobody is sending, so that the caller must.
    mutating func ask(_ groups: [String], _ waiter: CheckedContinuation<Bool, Never>) -> Bool {
        asked.formUnion(groups)
        waiters.append(waiter)
        defer { isSending = true }
        return !isSending
    }

    /// What is to be told now; nil when nothing is, and then nobody is sending any more.
    mutating func next() -> Batch? {
        guard !waiters.isEmpty else {
            isSending = false
            return nil
        }
        var batch = Batch(waiters: waiters)
        for group in asked.sorted() {
            if marks[group]?.changes ?? 0 > 0 {
                batch.marked.append(group)
            } else {
                batch.freed.append(group)
                marks[group] = nil
            }
        }
        (asked, waiters) = ([], [])
        return batch
    }

    /// How many wait for the next batch.
    var waiting: Int { waiters.count }

    /// What became of what was told.
    enum Telling: Sendable {
        case told
        /// It may have been, or may yet be.
        case unknown
        case unsent
    }

    mutating func sent(_ batch: Batch, at sentAt: Instant, generation: Int, _ telling: Telling) {
        for group in batch.marked {
            marks[group]?.standing = telling == .told ? (sentAt, generation) : nil
            if telling == .unknown, late.count < ChangeMarks.mostLate { late[group] = .some(nil) }
        }
        guard telling == .told else { return }
        for group in batch.freed {
            guard let again = late[group] else { continue }
            if let again, again <= sentAt {
                late[group] = nil
            } else if again == nil {
                late[group] = .some(sentAt + ChangeMarks.delay)
            }
        }
    }

    /// The groups whose marks are to be taken away once more.
    func lingering(at now: Instant) -> [String] {
        late.filter { group, again in again.map { $0 <= now } ?? false && marks[group]?.changes ?? 0 <= 0 }.map(\.key)
    }
}
