internal import PunctualCore
internal import Synchronization

/// How nodes tell each other what has changed, and that they live.
extension SharedCache {
    /// For so long nobody keeps copies of what a writer that was never heard of again has begun to change.
    private static let markLasts = 60_000

    /// Copies and marks of a group, which are one slot's.
    func keys(of group: String) -> [String] {
        var tag = group
        if tag.isEmpty || tag.contains(where: { $0 == "{" || $0 == "}" }) { tag = SHA1.hex(of: Array(group.utf8)) }
        return ["\(prefix):cache:{\(tag)}", "\(prefix):cache:{\(tag)}:changes"]
    }

    private var busKeys: [String] { ["\(prefix):{cache-bus}:members", "\(prefix):{cache-bus}:epoch"] }
    var channelName: String { "\(prefix):{cache-bus}" }
    private func channel(_ redis: Redis) -> RedisChannel {
        redis.isCluster ? .sharded(channelName) : .plain(channelName)
    }

    /// Tells of the groups together with what others tell meanwhile: marks those that are being changed, takes the mark
    /// from the others, and drops all copies in either case.
    /// - Returns: whether every copy is gone, or will be within a round trip.
    func announce(_ groups: [String]) async -> Bool {
        await withCheckedContinuation { continuation in
            let mustSend = state.withLock { $0.marks.ask(groups, continuation) }
            if mustSend { Task { await self.sendMarks() } }  // Awaited by all whose groups it tells.
        }
    }

    private func sendMarks() async {
        while let batch = state.withLock({ $0.marks.next() }) {
            let (sentAt, generation) = (ContinuousClock.now, redis?.generation ?? 0)
            let telling = await tell(marked: batch.marked, freed: batch.freed)
            state.withLock { $0.marks.sent(batch, at: sentAt, generation: generation, telling) }
            for waiter in batch.waiters { waiter.resume(returning: telling == .told) }
        }
    }

    /// Marks groups as being changed, or removes this process's mark; drops all copies in either case. Told, every copy
    /// is gone, or will be within a round trip.
    private func tell(marked: [String], freed: [String]) async -> ChangeMarks.Telling {
        let groups = marked + freed
        guard let redis, !groups.isEmpty else { return .told }
        guard breaker.lets else { return .unsent }
        var isSent = false
        let times =
            marked.map { _ in RedisCommand.Argument.integer(SharedCache.markLasts) } + freed.map { _ in .integer(0) }
        do throws(RedisError) {
            for part in Array(zip(groups, times)).batches(of: 256) {
                let message = (["change"] + part.map { $0.0 }).joined(separator: "\n")
                if redis.isCluster {
                    for (group, time) in part {
                        _ = try await redis.run(
                            CacheScripts.change, keys: keys(of: group), [.text(mark), "", "", time],
                            within: changePatience)
                        isSent = true
                    }
                    // Copies are gone before anybody is told to forget theirs.
                    try await redis.publish(Array(message.utf8), to: channel(redis), within: changePatience)
                } else {
                    _ = try await redis.run(
                        CacheScripts.change, keys: part.flatMap { keys(of: $0.0) },
                        [.text(mark), .text(channelName), .text(message)] + part.map { $0.1 }, within: changePatience)
                    isSent = true
                }
            }
            went(nil)
            return .told
        } catch {
            went(error)
            return isSent || !error.isUnsent ? .unknown : .unsent
        }
    }

    /// Sets marks again that may have been lost, and takes those away that may have come late.
    private func renewMarks(_ redis: Redis) async {
        let groups = state.withLock { state in
            state.marks.fading(at: .now, generation: redis.generation) + state.marks.lingering(at: .now)
        }
        for batch in groups.batches(of: 256) where await !announce(batch) { return }
    }

    /// Whether Redis is left alone for a moment, and what operators are told of it.
    func went(_ error: RedisError?) {
        breaker.went(well: error.map { $0.kind == .cancelled } ?? true)
        if error?.kind != .cancelled { state.withLock { $0.fault = error?.message } }
    }

    // MARK: Running

    /// Hears of changes and beats until the task is cancelled; then tells the others that this node has gone.
    package func run() async {
        guard let redis else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await redis.subscribe(to: [self.channel(redis)]) { self.hear($0) } }
            group.addTask {
                while !Task.isCancelled {
                    await self.beat(redis)
                    await self.renewMarks(redis)
                    try? await Task.sleep(for: self.pace.interval)  // Cancelled, the condition sees it.
                }
            }
        }
        state.withLock { state in
            state.trust.interrupted()
            state.copies.dropAll()
        }
        // The task is cancelled already; awaited at once.
        await Task {
            let leave = RedisCommand("HDEL", .key(busKeys[0]), .text(node))
            _ = try? await redis.send(leave, within: .milliseconds(500))  // Else: more loads.
        }.value
    }

    func hear(_ event: RedisEvent) {
        state.withLock { state in
            switch event {
            case .interrupted, .subscribed:
                state.trust.interrupted()
                state.marks.doubt()
                state.copies.dropAll()
            case .message(_, let payload):
                let lines = String(decoding: payload, as: UTF8.self).split(
                    separator: "\n", omittingEmptySubsequences: false)
                switch lines.first {
                case "change": for group in lines.dropFirst() { state.copies.drop(String(group)) }
                case "beat" where lines.count == 5: hearBeat(lines.dropFirst().map(String.init), &state)
                default: break
                }
            }
        }
    }

    /// - Parameter words: node, number, epoch, how many are missing.
    private func hearBeat(_ words: [String], _ state: inout State) {
        let epoch = words[2]
        // Something may have come back that was gone.
        if let known = state.trust.epoch, known != epoch {
            state.copies.dropAll()
            state.marks.doubt()
        }
        if words[0] == node, let number = Int(words[1]), let missing = Int(words[3]) {
            state.trust.heard(number, epoch: epoch, missing: missing, at: .now)
        } else {
            state.trust.learned(epoch)
        }
    }

    /// Tells what is owed, and then that this node lives.
    func beat(_ redis: Redis) async {
        let debts = state.withLock { $0.debts }
        for batch in Array(debts.groups).batches(of: 256) {
            // As changes tell it, so that this process's marks go with the copies.
            guard await announce(batch.map(\.key)) else { return }
            state.withLock { $0.debts.paid(batch.lazy.map { ($0.key, $0.value) }) }
        }
        let generation = redis.generation
        let (number, change) = state.withLock { state -> (Int, String) in
            state.beats += 1
            state.trust.sending(CacheTrust.Beat(number: state.beats, sentAt: .now, generation: generation))
            let isNew = debts.all != nil || (state.confirmed.map { $0 != generation } ?? false)
            return (state.beats, isNew ? "always" : state.confirmed == nil ? "alone" : "")
        }
        do throws(RedisError) {
            _ = try await redis.run(
                CacheScripts.beat, keys: busKeys,
                [
                    .text(node), .integer(Int(pace.silence / .milliseconds(1))),
                    .integer(Int(pace.memory / .milliseconds(1))), .text(SharedCache.token()), .text(change),
                    .text(channelName), redis.isCluster ? "SPUBLISH" : "PUBLISH", .integer(number),
                ], within: .milliseconds(400))
            state.withLock { state in
                state.confirmed = generation
                state.fault = nil
                if let all = debts.all { state.debts.paid(all: all) }
            }
        } catch {
            // Nothing is trusted that was not heard; the next beat comes soon.
            if error.kind != .cancelled { state.withLock { $0.fault = error.message } }
        }
    }
}

extension Array {
    fileprivate func batches(of count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
