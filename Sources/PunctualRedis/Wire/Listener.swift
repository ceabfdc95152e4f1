internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// What a subscription hears.
package enum RedisEvent: Sendable, Hashable {
    /// The server has confirmed all channels; what was published before may have been missed.
    case subscribed
    case message(channel: String, payload: [UInt8])
    /// The connection was lost or the server is the wrong one now: what is published until the next `subscribed` is
    /// missed.
    case interrupted
}

/// A channel that messages are published to.
package enum RedisChannel: Sendable, Hashable {
    case plain(String)
    /// Every channel whose name matches, `*` and `?` being what they are in file names.
    case pattern(String)
    /// One that belongs to a slot, as a key does; for clusters (SSUBSCRIBE). Those of one subscription share a slot.
    case sharded(String)

    var name: String {
        switch self {
        case .plain(let name), .pattern(let name), .sharded(let name): name
        }
    }

    /// What it is subscribed to with; one channel each, since several may be refused for the slot of one.
    var command: RedisCommand {
        switch self {
        case .plain(let name): RedisCommand("SUBSCRIBE", .text(name))
        case .pattern(let name): RedisCommand("PSUBSCRIBE", .text(name))
        case .sharded(let name): RedisCommand("SSUBSCRIBE", .text(name))
        }
    }
}

/// Hears channels over a connection of its own that comes back by itself.
struct Listener: Sendable {
    private let channels: [RedisChannel]
    private let opening: Opening
    private let role: Opening.Role
    /// Where to connect now; asked again all the time, so that a failover is followed.
    private let place: @Sendable () throws(RedisError) -> RedisHost
    private let redirected: @Sendable (RedisError, RedisHost) -> Void

    /// How often the connection is tried out.
    static let beat = Duration.milliseconds(250)
    /// Without a word for so long it is given up.
    static let patience = TimeAmount.milliseconds(2000)

    init(
        _ channels: [RedisChannel], _ opening: Opening, role: Opening.Role,
        place: @escaping @Sendable () throws(RedisError) -> RedisHost,
        redirected: @escaping @Sendable (RedisError, RedisHost) -> Void
    ) {
        self.channels = channels
        self.opening = opening
        self.role = role
        self.place = place
        self.redirected = redirected
    }

    /// Hears until the task is cancelled.
    func run(_ handle: @escaping @Sendable (RedisEvent) -> Void) async {
        var failures = 0
        while !Task.isCancelled {
            var wasHeard = false
            do throws(RedisError) {
                let host = try place()
                let loop = MultiThreadedEventLoopGroup.singleton.next()
                let wire = try await opening.open(host, as: role, on: loop)
                wasHeard = await hear(wire, host, handle)
            } catch {
                // Why it cannot connect is told by `health`; here it is tried again.
            }
            if wasHeard { handle(.interrupted) }
            failures = wasHeard ? 1 : failures + 1
            let pause = Lane.pause(failures, opening.settings.longestPause)
            try? await Task.sleep(for: pause)  // Cancelled, the condition sees it.
        }
    }

    /// - Returns: whether the channels were subscribed to for a while.
    private func hear(_ wire: Wire, _ host: RedisHost, _ handle: @escaping @Sendable (RedisEvent) -> Void) async -> Bool
    {
        let confirmed = Atomic(0)
        let count = channels.count
        let (redirected, channels) = (redirected, channels)
        wire.loop.execute {
            wire.listener = { value in
                switch Listener.read(value) {
                case .message(let event): handle(event)
                case .confirmed:
                    if confirmed.add(1, ordering: .sequentiallyConsistent).newValue == count { handle(.subscribed) }
                case .ended: wire.close(RedisError(.lost, "\(host) has ended the subscription"))
                case .refused(let error):
                    redirected(error, host)
                    wire.close(error)
                case .nothing: break
                }
            }
            var bytes = ByteBuffer()
            for channel in channels { channel.command.write(into: &bytes) }
            wire.send(bytes, [])
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await beat(wire, host) }
            group.addTask { _ = try? await wire.closed.get() }  // The future cannot fail.
            await group.next()
            wire.loop.execute { wire.close(RedisError(.lost, "\(host) is left")) }
            group.cancelAll()
        }
        return confirmed.load(ordering: .sequentiallyConsistent) >= count
    }

    /// Ends when the server is silent, is the wrong one by now, or the task is cancelled.
    private func beat(_ wire: Wire, _ host: RedisHost) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Listener.beat)  // Cancelled, the condition sees it.
            let now = try? place()  // Nobody knows a better place: this one stands.
            if let now, now != host { return }
            let isSilent = try? await wire.loop.submit {  // Without its loop the connection has ended.
                var bytes = ByteBuffer()
                RedisCommand("PING").write(into: &bytes)
                wire.ping(bytes)
                return wire.heardAt + Listener.patience < .now()
            }.get()
            if isSilent ?? true { return }
        }
    }

    private enum Heard {
        case message(RedisEvent)
        case confirmed
        /// The server has unsubscribed us, as when the slot of a channel goes to another.
        case ended
        case refused(RedisError)
        case nothing
    }

    private static func read(_ value: RedisValue) -> Heard {
        if case .refusal(let error) = value { return .refused(error) }
        // RESP2 has arrays where RESP3 has pushes.
        guard let items = value.items, let kind = items.first?.string else { return .nothing }
        switch (kind, items.count) {
        case ("message", 3), ("smessage", 3):
            return .message(.message(channel: items[1].string ?? "", payload: items[2].bytes ?? []))
        case ("pmessage", 4): return .message(.message(channel: items[2].string ?? "", payload: items[3].bytes ?? []))
        case ("subscribe", 3), ("psubscribe", 3), ("ssubscribe", 3): return .confirmed
        case ("unsubscribe", 3), ("punsubscribe", 3), ("sunsubscribe", 3): return .ended
        default: return .nothing
        }
    }
}
