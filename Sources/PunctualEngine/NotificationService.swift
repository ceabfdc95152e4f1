package import PunctualCore
internal import PunctualSchedule
internal import ServiceLifecycle
internal import Synchronization

/// Finds what rules want told, and tells it: from the history, hours later as well, so that no execution pays for it.
///
/// One node does it, the one that has the first of the scheduler's shards. Two that think so find the same notices, whose
/// ids are derived, and the store lets one of them have each message in hand. Finding and sending are loops of their own, so
/// that no receiver holds up what is found.
package final class NotificationService: Service {
    private let finder: NoticeFinder
    private let desk: NoticeDesk
    private let store: any Store
    private let notifications: any NotificationStore
    private let instruments: Instruments
    private let isMine: @Sendable () -> Bool
    private let pause: Duration
    private let patience: Duration
    private let prunedAt = Mutex<Timestamp?>(nil)

    static let keptFor = Duration.seconds(7 * 86_400)

    /// - Parameters:
    ///   - pause: how long each loop waits before it looks again.
    ///   - patience: how long messages under way may take when the node stops.
    ///   - pages: how much a step reads at most, of what went wrong, of a line and of recoveries.
    package init(
        store: any Store, outbox: any OutboxStore, notifications: any NotificationStore,
        sender: any NotificationSender, instruments: Instruments, pause: Duration = .seconds(2),
        patience: Duration = .seconds(5), pages: Int = 20, isMine: @escaping @Sendable () -> Bool
    ) {
        finder = NoticeFinder(store: store, outbox: outbox, notifications: notifications, pages: pages)
        desk = NoticeDesk(
            store: store, notifications: notifications, sender: sender, instruments: instruments)
        self.store = store
        self.notifications = notifications
        self.instruments = instruments
        self.isMine = isMine
        self.pause = pause
        self.patience = patience
    }

    package func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.find() }
            group.addTask { try await self.send() }
        }
    }

    /// Looks once, and sends what is due, to its end.
    package func step() async throws(StoreError) {
        try await findOnce()
        guard isMine() else { return desk.clear() }
        try await desk.look()
        try await desk.sendAll()
    }

    // MARK: Loops

    private func find() async throws {
        try await repeatUntilShutdown { [self] in
            do throws(StoreError) {
                try await findOnce()
                instruments.loopLived("notifications")
            } catch { instruments.loopFailed("notifications", error) }
            try await Task.sleep(for: pause)
        }
    }

    private func findOnce() async throws(StoreError) {
        guard isMine() else { return finder.forget() }
        let rules = try await notifications.notificationRules()
        if rules.isEmpty { return finder.forget() }
        let now = try await store.now()
        try await finder.find(rules, now)
        guard prunedAt.withLock({ $0.map { now - $0 > .seconds(600) } ?? true }) else { return }
        while try await notifications.pruneNotices(before: now - NotificationService.keptFor, limit: 1000) == 1000 {}
        while try await notifications.pruneNoticeStates(limit: 1000) == 1000 {}
        prunedAt.withLock { $0 = now }
    }

    /// Looks for what is due, and goes on with it whenever a message has gone. At a stop nothing more is taken in hand, and
    /// what is under way has a few seconds.
    private func send() async throws {
        let bell = Doorbell()
        try await withThrowingDiscardingTaskGroup { messages in
            var nextLook = ContinuousClock.now
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                do throws(StoreError) {
                    if ContinuousClock.now >= nextLook {
                        nextLook = .now + pause
                        if isMine() { try await desk.look() } else { desk.clear() }
                        instruments.loopLived("notifications_sending")
                    }
                    while !Task.isShuttingDownGracefully, let message = try await desk.take() {
                        messages.addTask { [desk] in
                            await desk.deliver(message)
                            bell.ring()
                        }
                    }
                } catch { instruments.loopFailed("notifications_sending", error) }
                let end = nextLook
                do {
                    try await cancelWhenGracefulShutdown {
                        try await bell.wait(atMost: ContinuousClock.now.duration(to: end))
                    }
                } catch is CancellationError {}  // The loop sees why.
            }
            let end = ContinuousClock.now + patience
            while desk.isBusy, !Task.isCancelled, ContinuousClock.now < end {
                try? await bell.wait(atMost: ContinuousClock.now.duration(to: end))  // Cancelled, it is over, too.
            }
            messages.cancelAll()
        }
    }
}
