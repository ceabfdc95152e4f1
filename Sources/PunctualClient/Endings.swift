internal import Logging
internal import PunctualJSON

/// Tells the server how attempts ended: whoever ends first tells it for all that have ended by then.
actor Endings {
    private let client: PunctualClient
    private let lease: Duration
    private let logger: Logger
    private var waiting: [(ending: Ending, told: CheckedContinuation<Void, Never>)] = []
    private var isTelling = false

    init(_ client: PunctualClient, lease: Duration, logger: Logger) {
        (self.client, self.lease, self.logger) = (client, lease, logger)
    }

    /// Returns once the server has taken it, or never will.
    func tell(_ ending: Ending) async {
        await withCheckedContinuation { told in
            waiting.append((ending, told))
            if !isTelling {
                isTelling = true
                Task { await self.tellAll() }  // Of nobody's own: it tells for all, also when the first is cancelled.
            }
        }
    }

    private func tellAll() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(RequestBounds.items))
            waiting.removeFirst(batch.count)
            for part in RequestBounds.parts(batch.map { (item: $0, bytes: $0.ending.json.encodedCount) }) {
                await send(part.map(\.ending))
                for one in part { one.told.resume() }
            }
        }
        isTelling = false
    }

    /// Sends them, again until the leases are over; then the server has given the executions to others.
    private func send(_ endings: [Ending]) async {
        var calls = [endings]
        let deadline = ContinuousClock.now + lease
        var pause = Duration.milliseconds(200)
        while let endings = calls.popLast() {
            do throws(ClientError) {
                let untold = try await call(endings)
                if !untold.isEmpty { calls.append(untold) }
                continue
            } catch {
                if error.status == 413 {
                    calls += smaller(endings)
                    continue
                }
                logger.warning("the ends of attempts could not be told", metadata: ["error": "\(error)"])
                let mayPass = error.status.map { $0 == 429 || $0 >= 500 } ?? true
                if mayPass, ContinuousClock.now < deadline { calls.append(endings) } else { continue }
            }
            try? await Task.sleep(for: pause * .random(in: 0.5...1))  // Never cancelled: its task is its own.
            pause = min(pause * 2, .seconds(5))
        }
    }

    /// Makes one call.
    /// - Returns: what is to be told instead of those that were not taken.
    private func call(_ endings: [Ending]) async throws(ClientError) -> [Ending] {
        let answer = try await client.send(
            "POST", "/api/v1/work/complete/bulk", body: ["items": .array(endings.map(\.json))],
            retries: RetryPolicy.none)
        var untold: [Ending] = []
        for (ending, item) in zip(endings, answer.json?["items"]?.array ?? []) where item["status"]?.int != 200 {
            let problem = item["problem"]?["detail"]?.string ?? ""
            if item["status"]?.int == 422, let instead = ending.instead(problem) { untold.append(instead) }
            logger.notice(
                "an attempt's end was not taken",
                metadata: ["execution_id": "\(ending.id)", "problem": "\(problem)"])
        }
        return untold
    }

    /// The calls that are made instead of one that was too large.
    private func smaller(_ endings: [Ending]) -> [[Ending]] {
        if endings.count > 1 {
            return [Array(endings.dropFirst(endings.count / 2)), Array(endings.prefix(endings.count / 2))]
        }
        guard let smaller = endings.first?.smaller else {
            logger.warning(
                "an attempt's end is too large for the server", metadata: ["execution_id": "\(endings.first?.id ?? "")"]
            )
            return []
        }
        return [[smaller]]
    }
}
