/// Whether a node would have heard of a change.
///
/// A node publishes a beat the way it sends commands, and hears it the way it hears of changes: whatever was published
/// before the beat has been heard then. So it may trust what it keeps for a while, counted from before the beat was
/// sent. The beat also tells whether all members live: a silent one may be changing the store without being able to say
/// so.
struct CacheTrust {
    typealias Instant = ContinuousClock.Instant

    /// A beat that has been sent.
    struct Beat {
        let number: Int
        let sentAt: Instant
        /// `Redis.generation` before it was sent.
        let generation: Int
    }

    /// How often a node beats, and what becomes of those that do not. Nothing stale is read for longer than `life`, or
    /// than `silence` with `interval`, and the grace.
    struct Pace {
        var interval = Duration.milliseconds(150)
        /// How long a beat that was heard counts, from when it was sent.
        var life = Duration.milliseconds(600)
        /// After so long a silent member is missing.
        var silence = Duration.milliseconds(500)
        /// After so long it is forgotten.
        var memory = Duration.seconds(3600)
    }

    let pace: Pace

    private(set) var epoch: String?
    private var sent: [Beat] = []
    private var generation = -1
    private var until: Instant?
    private(set) var isComplete = false
    /// Every change since then has been heard of.
    private(set) var since: Instant?
    /// When a beat was heard last.
    private var heardAt: Instant?
    /// Those that cannot tell over Redis are not heard of for now.
    var isDeaf = false

    init(_ pace: Pace) { self.pace = pace }

    mutating func sending(_ beat: Beat) {
        sent.append(beat)
        if sent.count > 16 { sent.removeFirst() }
    }

    /// Our own beat was heard.
    mutating func heard(_ number: Int, epoch: String, missing: Int, at now: Instant) {
        guard let beat = sent.first(where: { $0.number == number }) else { return }
        sent.removeAll { $0.number <= number }
        self.epoch = epoch
        generation = beat.generation
        until = beat.sentAt + pace.life
        isComplete = missing == 0
        if since == nil { since = now }
        heardAt = now
    }

    /// Somebody has begun an epoch.
    mutating func learned(_ epoch: String) { if self.epoch != nil { self.epoch = epoch } }

    /// The subscription is gone: until a beat is heard nothing is known.
    mutating func interrupted() {
        sent = []
        until = nil
        since = nil
    }

    /// The epoch in which shared copies count; nil while nothing is known.
    func usable(at now: Instant, generation: Int) -> String? {
        guard !isDeaf, let until, now < until, generation == self.generation else { return nil }
        return epoch
    }

    /// Whether something is wrong, and not just beginning.
    func isSilent(at now: Instant, startedAt: Instant) -> Bool { (heardAt ?? startedAt) + .seconds(3) < now }

    /// How old a shared copy may be.
    func mostAge(grace: Duration, timeToLive: Duration) -> Duration { isComplete ? timeToLive : grace }

    /// Whether the copy counts.
    func holds(_ copy: LocalCopies.Copy, grace: Duration, at now: Instant, generation: Int) -> Bool {
        guard now < copy.endsAt else { return false }
        if now < copy.begunAt + grace { return true }
        return copy.isSure && isComplete && usable(at: now, generation: generation) != nil
            && since.map { $0 <= copy.knownAt } ?? false
    }
}
