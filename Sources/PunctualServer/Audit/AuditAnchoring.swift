internal import Logging
internal import PunctualAccess
internal import PunctualCore
internal import PunctualEngine
internal import PunctualSchedule
internal import ServiceLifecycle
internal import Synchronization

/// Puts the head of the audit log by elsewhere, so that a log which is cut off or written anew is found even when it is
/// consistent in itself.
///
/// One node does it: the one that has the first of the scheduler's shards. Two that think so do no harm.
final class AuditAnchoring: Service {
    private let audits: any AuditStore
    private let places: [any AnchorPlace]
    private let every: Duration
    private let isMine: @Sendable () -> Bool
    private let now: @Sendable () async throws(StoreError) -> Timestamp
    private let logger: Logger
    /// By place; nothing of those that were not looked at since this node has had the shard.
    private let kept = Mutex<[Int: (anchor: AuditAnchor, at: ContinuousClock.Instant)]>([:])

    init(
        audits: any AuditStore, places: [any AnchorPlace], every: Duration, logger: Logger,
        isMine: @escaping @Sendable () -> Bool,
        now: @escaping @Sendable () async throws(StoreError) -> Timestamp
    ) {
        self.audits = audits
        self.places = places
        self.every = every
        self.logger = logger
        self.isMine = isMine
        self.now = now
    }

    func run() async throws {
        try await repeatUntilShutdown { [self] in
            await step(at: .now)
            try await Task.sleep(for: min(every, .seconds(10)))
        }
    }

    /// Looks at each place whose time has come; one that fails is looked at again at the next step.
    func step(at moment: ContinuousClock.Instant) async {
        guard isMine() else { return kept.withLock { $0 = [:] } }
        for (index, place) in places.enumerated() {
            let last = kept.withLock { $0[index] }
            if let last, last.at.duration(to: moment) < every { continue }
            do {
                // An empty log has nothing to put by; its first entries are not to wait for an hour.
                guard let anchor = try await renew(place, over: last?.anchor ?? place.newest()) else { continue }
                kept.withLock { $0[index] = (anchor, moment) }
            } catch {
                logger.error(
                    "the head of the audit log could not be put by",
                    metadata: ["place": "\(place.name)", "error": "\(error)"])
            }
        }
    }

    /// - Parameter last: the newest anchor of the place; nil when there is none.
    /// - Returns: the newest one then.
    private func renew(_ place: any AnchorPlace, over last: AuditAnchor?) async throws -> AuditAnchor? {
        let head = try await audits.auditHead()
        if let last {
            if head == last.head { return last }
            guard try await audits.auditEntries(from: last.head.sequence, limit: 1).first?.head == last.head else {
                // Nothing is put over it: whoever looks into this needs to see what was there.
                logger.critical(
                    "the audit log does not hold the head that was put by: it was cut off, written anew, or restored; look at `punctual audit verify --anchors`",
                    metadata: ["place": "\(place.name)", "anchor": "\(last.head.text)", "head": "\(head.text)"])
                return last
            }
        } else if head.sequence == 0 {
            return nil
        }
        let anchor = AuditAnchor(at: try await now(), head: head)
        try await place.keep(anchor)
        return anchor
    }
}

extension AuditAnchoring {
    /// nil when the settings name no place.
    static func make(
        _ settings: Settings.Anchors, _ audits: any AuditStore, http: any Executor, logger: Logger,
        isMine: @escaping @Sendable () -> Bool,
        now: @escaping @Sendable () async throws(StoreError) -> Timestamp
    ) -> AuditAnchoring? {
        var places: [any AnchorPlace] = []
        if let path = settings.file { places.append(AnchorFile(path: path)) }
        if let url = settings.url { places.append(AnchorCall(url: url, http: http)) }
        if places.isEmpty { return nil }
        return AuditAnchoring(
            audits: audits, places: places, every: settings.every, logger: logger, isMine: isMine, now: now)
    }
}
