internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// One server: a few connections that calls share, and one more for each call that blocks.
final class RedisServer: Sendable {
    let host: RedisHost
    private let lanes: [Lane]
    private let next = Atomic(0)
    private let makeLane: @Sendable () -> Lane
    private let mostBlocking: Int
    private let blocking = Mutex(Blocking())

    private struct Blocking {
        var free: [Lane] = []
        var busy: [ObjectIdentifier: Lane] = [:]
        var isClosed = false
    }

    init(
        _ host: RedisHost, as role: Opening.Role, _ opening: Opening, told: @escaping @Sendable (Lane.Event) -> Void
    ) {
        self.host = host
        mostBlocking = opening.settings.mostBlocking
        let group = MultiThreadedEventLoopGroup.singleton
        makeLane = { Lane(to: host, as: role, opening, on: group.next(), told: { _ in }) }
        lanes = (0..<opening.settings.connections).map { _ in
            Lane(to: host, as: role, opening, on: group.next(), told: told)
        }
    }

    /// Opens all connections, so that it is known whether they can be had before anybody needs them.
    func wake() {
        for lane in lanes {
            // Nobody waits for the answer; the connection's state tells.
            lane.submit(Call("PING", count: 1, deadline: .now() + .seconds(2)), [RedisCommand("PING", isRead: true)])
        }
    }

    /// nil while all connections are open, or nobody has asked for any.
    var fault: RedisError? { lanes.lazy.compactMap(\.fault).first }

    /// Commands without answer now.
    var waiting: Int { lanes.reduce(0) { $0 + $1.waiting } }

    /// - Parameter isAsking: whether the slot is still on its way to this server.
    func send(_ command: RedisCommand, isAsking: Bool, by deadline: NIODeadline) async throws(RedisError) -> RedisValue
    {
        try await RedisServer.run(command, isAsking: isAsking, by: deadline, on: lane())
    }

    /// Sends all in one write over one connection.
    /// - Returns: one answer for each; what a command was refused for is its answer.
    func send(all commands: [RedisCommand], by deadline: NIODeadline) async throws(RedisError) -> [RedisValue] {
        let call = Call(commands.first?.name ?? "", count: commands.count, deadline: deadline)
        let lane = lane()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if call.begin(all: continuation) { lane.submit(call, commands) }
            }
        } onCancel: {
            call.fail(.cancelled)
        }
        return try result.get()
    }

    /// As `send`, on a connection that nobody else uses meanwhile; a call that is given up takes its connection with
    /// it, so that nothing is waited for any more.
    func block(
        on command: RedisCommand, isAsking: Bool, by deadline: NIODeadline
    ) async throws(RedisError) -> RedisValue {
        let lane = try blocking.withLock { blocking throws(RedisError) in
            if blocking.isClosed { throw .closed }
            guard blocking.busy.count < mostBlocking else {
                throw RedisError(.full, "\(blocking.busy.count) calls block at \(host) already")
            }
            let lane = blocking.free.popLast() ?? makeLane()
            blocking.busy[ObjectIdentifier(lane)] = lane
            return lane
        }
        do throws(RedisError) {
            let value = try await RedisServer.run(command, isAsking: isAsking, by: deadline, on: lane)
            giveBack(lane, isGood: true)
            return value
        } catch {
            giveBack(lane, isGood: error.kind == .refused)
            if error.kind != .refused { await lane.close() }
            throw error
        }
    }

    private func giveBack(_ lane: Lane, isGood: Bool) {
        blocking.withLock { blocking in
            blocking.busy[ObjectIdentifier(lane)] = nil
            if isGood, !blocking.isClosed { blocking.free.append(lane) }
        }
    }

    private static func run(
        _ command: RedisCommand, isAsking: Bool, by deadline: NIODeadline, on lane: Lane
    ) async throws(RedisError) -> RedisValue {
        let call = Call(command.name, count: isAsking ? 2 : 1, deadline: deadline)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard call.begin(continuation) else { return }
                if isAsking {
                    lane.submit(call, [RedisCommand("ASKING"), command])
                } else {
                    lane.submit(call, CollectionOfOne(command))
                }
            }
        } onCancel: {
            call.fail(.cancelled)
        }
        return try result.get()
    }

    /// The next in turn, but none that is away while another is not.
    private func lane() -> Lane {
        if lanes.count == 1 { return lanes[0] }
        let lane = lanes[(next.wrappingAdd(1, ordering: .relaxed).oldValue & Int.max) % lanes.count]
        return lane.isDown ? lanes.first { !$0.isDown } ?? lane : lane
    }

    func close() async {
        let others = blocking.withLock { blocking in
            blocking.isClosed = true
            defer { blocking.free = [] }
            return blocking.free + blocking.busy.values
        }
        for lane in lanes + others { await lane.close() }
    }
}
