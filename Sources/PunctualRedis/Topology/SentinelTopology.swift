internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The master that Sentinels agree on; the answer of the newest configuration counts, and a server that says that it is
/// no master is not used whatever they say.
final class SentinelTopology: Topology {
    private struct State {
        var server: RedisServer?
        var fault = RedisError(.unavailable, "no Sentinel has been asked yet")
        var keepers: [Task<Void, Never>] = []
        var isClosed = false
        /// The newest configuration that was seen: nothing older is believed.
        var epoch: Int64 = -1
    }

    private let sentinels: [Lane]
    private let name: String
    private let opening: Opening
    private let told: @Sendable (Lane.Event) -> Void
    private let changed: @Sendable () -> Void
    private let alarm = Alarm()
    private let state = Mutex(State())

    /// How often the Sentinels are asked although nothing has happened.
    private static let interval = Duration.seconds(1)

    init(
        _ hosts: [RedisHost], name: String, _ opening: Opening, told: @escaping @Sendable (Lane.Event) -> Void,
        changed: @escaping @Sendable () -> Void
    ) {
        self.name = name
        self.opening = opening
        self.told = told
        self.changed = changed
        sentinels = hosts.map {
            Lane(to: $0, as: .sentinel, opening, on: MultiThreadedEventLoopGroup.singleton.next(), told: { _ in })
        }
    }

    func start() {
        // Both end with `close`, which awaits them.
        let follower = Task {
            while !Task.isCancelled {
                await look()
                await alarm.wait(SentinelTopology.interval)
                // A storm of doubts asks no more often than this.
                try? await Task.sleep(for: .milliseconds(20))  // Cancelled by `close`, the condition sees it.
            }
        }
        let listeners = sentinels.map { sentinel in
            Task {  // Ends with `close`, which awaits it.
                let listener = Listener(
                    [.plain("+switch-master")], opening, role: .sentinel,
                    place: { () throws(RedisError) in sentinel.host }, redirected: { _, _ in })
                await listener.run { [alarm] event in
                    if case .message = event { alarm.ring() }
                }
            }
        }
        state.withLock { $0.keepers = [follower] + listeners }
    }

    func server(for key: String?, isRead: Bool) throws(RedisError) -> RedisServer {
        try state.withLock { state throws(RedisError) in
            if let server = state.server { return server }
            throw state.fault
        }
    }

    func server(redirected error: RedisError, by host: RedisHost) -> RedisServer? { nil }
    func doubt() { alarm.ring() }
    var hasOthers: Bool { true }
    var servers: [RedisServer] { state.withLock { $0.server.map { [$0] } ?? [] } }
    var fault: RedisError? { state.withLock { $0.server == nil ? $0.fault : nil } }

    // MARK: Asking

    /// Asks all Sentinels at once and follows the newest answer.
    private func look() async {
        let answers = await withTaskGroup(of: Result<(host: RedisHost, epoch: Int64), RedisError>.self) { group in
            for sentinel in sentinels {
                group.addTask {
                    do throws(RedisError) { return .success(try await self.ask(sentinel)) } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let heard = answers.compactMap { try? $0.get() }  // The others have said nothing.
        let newest = heard.max { $0.epoch < $1.epoch }
        let old = state.withLock { state -> RedisServer? in
            guard !state.isClosed else { return nil }
            guard let newest, newest.epoch >= state.epoch else {
                // Whoever is the master as far as was known goes on until somebody knows better.
                let texts = answers.compactMap { answer in
                    if case .failure(let error) = answer { error.message } else { nil }
                }
                let reason =
                    texts.isEmpty
                    ? "they know an older configuration only" : Set(texts).sorted().joined(separator: "; ")
                state.fault = RedisError(.unavailable, "no Sentinel tells the master \(name): \(reason)")
                return nil
            }
            state.epoch = newest.epoch
            guard state.server?.host != newest.host else { return nil }
            let old = state.server
            // Told before anything is sent to the new one.
            if old != nil { changed() }
            state.server = RedisServer(newest.host, as: .master(isChecked: true), opening, told: told)
            state.server?.wake()
            return old
        }
        await old?.close()
    }

    private func ask(_ sentinel: Lane) async throws(RedisError) -> (host: RedisHost, epoch: Int64) {
        let commands = [
            RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", .text(name)),
            RedisCommand("SENTINEL", "MASTER", .text(name)),
        ]
        let call = Call("SENTINEL", count: 2, deadline: .now() + .seconds(1))
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if call.begin(all: continuation) { sentinel.submit(call, commands) }
            }
        } onCancel: {
            call.fail(.cancelled)
        }
        let answers = try result.get()
        if case .refusal(let error) = answers[0] { throw error }
        guard let items = answers[0].items, items.count == 2, let address = items[0].string, let port = items[1].int,
            (1...65_535).contains(port)
        else { throw RedisError(.unavailable, "\(sentinel.host) knows no master \(name); check the name in the URL") }
        return (RedisHost(address, Int(port)), answers[1].value("config-epoch")?.int ?? 0)
    }

    func close() async {
        let (keepers, server) = state.withLock { state in
            state.isClosed = true
            state.fault = .closed
            defer { state.server = nil }
            return (state.keepers, state.server)
        }
        for keeper in keepers { keeper.cancel() }
        for lane in sentinels { await lane.close() }
        for keeper in keepers { await keeper.value }
        await server?.close()
    }
}
