internal import Logging
internal import PunctualJSON

/// Tells the server how attempts ended: whoever ends first tells it for all that have ended by then.
actor Endings {
    private let client: PunctualClient
    private let name: String
    private let lease: Duration
    private let logger: Logger
    private var waiting: [(ending: JSONValue, told: CheckedContinuation<Void, Never>)] = []
    private var isTelling = false

    /// The most in one call, and the most bytes of output in it: a request may have 1 MiB.
    private static let (most, mostBytes) = (100, 512 * 1024)
    private static let longestOutput = 256 * 1024

    init(_ client: PunctualClient, name: String, lease: Duration, logger: Logger) {
        (self.client, self.name, self.lease, self.logger) = (client, name, lease, logger)
    }

    /// Returns once the server has taken it, or never will.
    func tell(_ work: Work, status: String, output: String? = nil, error: String? = nil) async {
        var ending = work.named(by: name).merging(["status": .string(status)])
        if let output { ending = ending.merging(["output": .string(Endings.cut(output))]) }
        if let error { ending = ending.merging(["error": .string(error)]) }
        if let said = work.output.lastBatch() { ending = said.joined(to: ending) }
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
            var (batch, bytes): ([(ending: JSONValue, told: CheckedContinuation<Void, Never>)], Int) = ([], 0)
            while let next = waiting.first, batch.count < Endings.most {
                bytes += Endings.bytes(of: next.ending)
                if !batch.isEmpty, bytes > Endings.mostBytes { break }
                batch.append(waiting.removeFirst())
            }
            await send(batch.map(\.ending))
            for one in batch { one.told.resume() }
        }
        isTelling = false
    }

    /// Of what may be large in it.
    private static func bytes(of ending: JSONValue) -> Int {
        let lines = ending["lines"]?.array ?? []
        return lines.reduce((ending["output"]?.string ?? "").utf8.count) { $0 + ($1["text"]?.string ?? "").utf8.count }
    }

    /// Sends them, again until the leases are over; then the server has given the executions to others.
    private func send(_ given: [JSONValue]) async {
        var endings = given
        let deadline = ContinuousClock.now + lease
        var pause = Duration.milliseconds(200)
        while true {
            do throws(ClientError) {
                let answer = try await client.send(
                    "POST", "/api/v1/work/complete/bulk", body: ["items": .array(endings)], retries: RetryPolicy.none)
                var unheard: [JSONValue] = []
                for (ending, item) in zip(endings, answer.json?["items"]?.array ?? []) where item["status"]?.int != 200
                {
                    // An older server knows no lines; how it ended counts.
                    if item["status"]?.int == 422, let plain = Endings.withoutOutput(ending) {
                        unheard.append(plain)
                        continue
                    }
                    logger.notice(
                        "an attempt's end was not taken",
                        metadata: [
                            "execution_id": "\(ending["id"]?.string ?? "")",
                            "problem": "\(item["problem"]?["detail"]?.string ?? "")",
                        ])
                }
                if unheard.isEmpty { return }
                endings = unheard
                continue
            } catch {
                let mayPass = error.status.map { $0 == 429 || $0 >= 500 } ?? true
                logger.warning("the ends of attempts could not be told", metadata: ["error": "\(error)"])
                guard mayPass, ContinuousClock.now < deadline else { return }
            }
            try? await Task.sleep(for: pause * .random(in: 0.5...1))  // Never cancelled: its task is its own.
            pause = min(pause * 2, .seconds(5))
        }
    }

    /// The end alone; nil when it says no more already.
    private static func withoutOutput(_ ending: JSONValue) -> JSONValue? {
        let plain = ending.merging(["lines": .null, "lines_from": .null, "progress": .null])
        return plain == ending ? nil : plain
    }

    /// Its last part, since what matters is said at the end.
    private static func cut(_ output: String) -> String {
        guard output.utf8.count > longestOutput else { return output }
        // A character may be cut in two.
        return String(decoding: output.utf8.suffix(longestOutput - 3), as: UTF8.self)
    }
}
