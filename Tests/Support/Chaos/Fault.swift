/// What a drill does to a cluster.
package enum Fault: String, Sendable, CaseIterable {
    // To a node.
    /// kill -9 of a node that holds shards; it is started again seconds later, under another id.
    case kill
    /// SIGTERM of a node that holds shards.
    case terminate
    /// SIGSTOP of a node that holds shards, past the shards' lease and short of the executions'.
    case pause
    /// SIGSTOP of a node past the lease of the executions that it works on; other faults go on meanwhile.
    case longPause = "long-pause"
    // To a node's connections to the database.
    case cut
    case blackHole = "black-hole"
    case delay
    case throttle
    case halfClose = "half-close"
    case refuse
    /// The answers to some requests are cut after the database has done them.
    case cutAnswers = "cut-answers"
    // To the database.
    case terminateBackends = "terminate-backends"
    case freezeBackend = "freeze-backend"
    /// kill -9 of one backend: the server starts over, as after a crash.
    case killBackend = "kill-backend"
    case restart
    /// A crash, and some seconds without a database.
    case crash
    case idleConnections = "idle-connections"

    /// The family, in the words of Jepsen's nemeses.
    package var family: String {
        switch self {
        case .kill, .terminate: "kill"
        case .pause, .longPause, .freezeBackend: "pause"
        case .blackHole, .refuse, .cut, .halfClose, .cutAnswers: "partition"
        case .delay, .throttle: "packet"
        case .terminateBackends, .killBackend, .restart, .crash: "database"
        case .idleConnections: "resources"
        }
    }

    /// How long it lasts, and how long what follows waits for it to be over, in seconds.
    var seconds: (lasts: ClosedRange<Int>, slot: Int) {
        switch self {
        case .kill: (3...6, 15)
        case .terminate: (1...3, 5)
        case .pause: (14...16, 17)
        // The slot is short: the node stays away while others are struck.
        case .longPause: (36...40, 12)
        case .cut, .halfClose: (0...0, 3)
        case .blackHole: (14...16, 17)
        case .delay, .throttle: (4...6, 7)
        case .refuse: (4...6, 7)
        case .cutAnswers: (3...3, 4)
        case .terminateBackends: (0...0, 3)
        case .freezeBackend: (5...7, 8)
        case .killBackend: (0...0, 5)
        case .restart: (0...0, 5)
        case .crash: (2...4, 8)
        case .idleConnections: (5...6, 7)
        }
    }
}

/// When which fault strikes; drawn from a seed.
package struct FaultPlan: Sendable, Hashable {
    package struct Stroke: Sendable, Hashable {
        /// From the beginning of the faults.
        package let at: Duration
        package let fault: Fault
        package let lasts: Duration
    }

    package let strokes: [Stroke]

    /// Every kind of fault once before any comes twice, in an order of the seed's own, as many as there is time for.
    package init(seed: UInt64, time: Duration, of faults: [Fault] = Fault.allCases) {
        var dice = Dice(seed: seed)
        var strokes: [Stroke] = []
        var at = Duration.seconds(2)
        while true {
            for fault in faults.shuffled(using: &dice) {
                let (lasts, slot) = fault.seconds
                let seconds = Int.random(in: lasts, using: &dice)
                guard at + .seconds(max(slot, seconds)) <= time else {
                    self.strokes = strokes
                    return
                }
                strokes.append(Stroke(at: at, fault: fault, lasts: .seconds(seconds)))
                at += .seconds(slot)
            }
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same draws for the same seed.
package struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
