internal import Logging
internal import PunctualJSON

/// How a worker keeps the leases of what it has in hand.
extension Worker {
    /// Sends heartbeats for all that is in hand, without what is said: leases must not depend on how much that is.
    func prolong(_ hand: Hand) async {
        var due = ContinuousClock.now + options.lease / 3
        while true {
            do { try await Task.sleep(until: due, clock: .continuous) } catch { return }
            // From before the call: a slow one delays no other.
            due = ContinuousClock.now + options.lease / 3
            let isAnswered = await prolongAll(hand.works, hand, speaking: false)
            if !isAnswered { due = min(due, ContinuousClock.now + options.lease / 10) }
        }
    }

    /// Stops what goes on although its lease may be over.
    func watch(_ hand: Hand) async {
        while true {
            let next = stopLate(hand)
            let pause = min(next.map { ContinuousClock.now.duration(to: $0) } ?? options.lease, options.lease / 10)
            do { try await Task.sleep(for: max(pause, .milliseconds(1))) } catch { return }
        }
    }

    /// - Returns: when the next lease will be over if nothing is heard of it.
    @discardableResult
    func stopLate(_ hand: Hand) -> ContinuousClock.Instant? {
        let (late, next) = hand.stopLate(at: .now)
        for work in late {
            logger.notice("a lease ran out, since no heartbeat was answered", metadata: ["execution_id": "\(work.id)"])
        }
        return next
    }

    /// Sends what has been said, each second.
    func tell(_ hand: Hand) async {
        while true {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            // Those that say more than goes into a call are heard again at once; others wait for the next second.
            for turn in 0..<20 {
                let works = hand.works.filter { turn == 0 ? $0.output.isWaiting : $0.output.isFull }
                guard !works.isEmpty, await prolongAll(works, hand) else { break }
            }
        }
    }

    /// A heartbeat of one attempt.
    private struct Beat {
        let work: Work
        /// What goes along; nil for nothing.
        let batch: WorkOutput.Batch?
        let json: JSONValue

        init(_ work: Work, by worker: String, speaking: Bool) {
            let claim = work.named(by: worker)
            self.work = work
            batch = speaking ? work.output.batch() : nil
            json = batch?.joined(to: claim) ?? claim
        }
    }

    /// - Parameter speaking: whether what the attempts say goes along.
    /// - Returns: whether the server has answered each call.
    @discardableResult
    func prolongAll(_ works: [Work], _ hand: Hand, speaking: Bool = true) async -> Bool {
        var isAnswered = true
        let beats = works.map { Beat($0, by: options.name, speaking: speaking) }
        for part in RequestBounds.parts(beats.map { (item: $0, bytes: $0.json.encodedCount) }) {
            isAnswered = await prolong(part, hand) && isAnswered
        }
        return isAnswered
    }

    /// - Returns: whether the server has answered.
    private func prolong(_ beats: [Beat], _ hand: Hand) async -> Bool {
        let trustedUntil = ContinuousClock.now + options.lease - margin
        do throws(ClientError) {
            let answer = try await client.send(
                "POST", "/api/v1/work/heartbeat/bulk",
                body: ["lease": .string(options.leaseText), "items": .array(beats.map(\.json))],
                timeoutSeconds: patienceOfBeats, retries: RetryPolicy.none)
            for (beat, item) in zip(beats, answer.json?["items"]?.array ?? []) {
                switch item["status"]?.int {
                case 200:
                    hand.trust(beat.work, until: trustedUntil)
                    if let batch = beat.batch { beat.work.output.took(batch) }
                    if item["cancel_requested"] == true { hand.cancel(beat.work) }
                case 404, 409:
                    logger.notice("a lease was lost", metadata: ["execution_id": "\(beat.work.id)"])
                    hand.lose(beat.work)
                case 422 where beat.batch != nil:
                    logger.notice("output was not taken", metadata: ["execution_id": "\(beat.work.id)"])
                    beat.work.output.refuse()
                default: break
                }
            }
            return true
        } catch {
            if error.status == 413, let smaller = smaller(beats) {
                var isAnswered = true
                for part in smaller { isAnswered = await prolong(part, hand) && isAnswered }
                return isAnswered
            }
            logger.warning("a heartbeat could not be sent", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// The calls that are made instead of one that was too large; nil when it could not be smaller.
    private func smaller(_ beats: [Beat]) -> [[Beat]]? {
        if beats.count > 1 {
            return [Array(beats.prefix(beats.count / 2)), Array(beats.dropFirst(beats.count / 2))]
        }
        guard let beat = beats.first, let batch = beat.batch else { return nil }
        // The lease first; its lines follow, fewer at a time.
        beat.work.output.shrink(batch)
        return [[Beat(beat.work, by: options.name, speaking: false)]]
    }

    /// How long a heartbeat is waited for, in seconds, so that another can be made in time.
    private var patienceOfBeats: Int64 { max(2, (options.lease / 3).components.seconds) }
}
