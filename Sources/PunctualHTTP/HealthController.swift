internal import Hummingbird
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization

/// `/health`: how the node and what it depends on are. It answers within a second, whoever hangs.
struct HealthController {
    let services: APIServices
    /// At most a second old, so that many who ask for health cost the database one query a second.
    private let counts: SharedAnswer<(counts: Counts, latency: Duration)>
    private let parts: SharedAnswer<[PartHealth]>
    private let memory = FaultMemory()

    /// How long a dependency has to answer; what is left of the second is for the answer itself.
    private static let patience = Duration.milliseconds(800)

    init(services: APIServices) {
        self.services = services
        let (store, parts) = (services.store, services.parts)
        counts = SharedAnswer(age: .seconds(1)) {
            // One that hangs must not be all that is ever asked: after this another is tried.
            try await Deadline.within(.seconds(2)) {
                let began = ContinuousClock.now
                let counts = try await store.counts()
                return (counts, began.duration(to: .now))
            }
        }
        self.parts = SharedAnswer(age: .seconds(1)) { try await Deadline.within(.seconds(2)) { await parts() } }
    }

    func health(_ request: Request, _ context: APIContext) async throws -> Response {
        async let found = store()
        async let others = otherParts()
        let (figures, health) = await (found, others)
        let isWell = figures.counts != nil && services.isAccepting()
        let well = health.allSatisfy { $0.status == .ok } ? "healthy" : "degraded"
        let all = [figures.part] + health
        let now = services.clock.now()
        let faults = memory.seeing(all, at: now)
        let vitals = await services.vitals()
        return Answer.json(isWell ? .ok : .serviceUnavailable) { writer in
            writer.beginObject()
            writer.name("status")
            writer.string(isWell ? well : services.isAccepting() ? "unhealthy" : "draining")
            writer.name("node_id")
            writer.string(services.nodeID)
            writer.name("timestamp")
            writer.instant(now)
            writer.name("services")
            writer.beginObject()
            for part in all {
                writer.name(escaping: part.name)
                write(part, faults[part.name], to: &writer)
            }
            writer.endObject()
            writer.name("metrics")
            writer.value(figures.counts.members(and: vitals))
            writer.name("version")
            writer.string(services.version)
            writer.endObject()
        }
    }

    /// How the store is, with its counts when it answered.
    private func store() async -> (counts: Counts?, part: PartHealth) {
        func absent(_ text: String) -> (Counts?, PartHealth) {
            (nil, PartHealth(name: "store", status: .unavailable, detail: text))
        }
        if let fault = services.writeFault() { return absent("it takes no writes: \(fault)") }
        do {
            let found = try await Deadline.within(Self.patience) { [counts] in try await counts.value() }
            return (
                found.counts, PartHealth(name: "store", status: .ok, detail: "", latency: found.latency)
            )
        } catch {
            return absent("\(error)")
        }
    }

    private func otherParts() async -> [PartHealth] {
        do {
            return try await Deadline.within(Self.patience) { [parts] in try await parts.value() }
        } catch {
            return [PartHealth(name: "parts", status: .unavailable, detail: "\(error)")]
        }
    }

    /// Whoever reaches the port may ask for health. What faults say names addresses and users; where access control is, it
    /// is for those who may see the node's state (`/api/v1/schedule/status`) and for the log.
    private func write(_ part: PartHealth, _ fault: FaultMemory.Fault?, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("status")
        writer.string(part.status.rawValue)
        writer.name("latency_ms")
        writer.value(part.latency.map { .double(Double(($0 / .microseconds(1)).rounded()) / 1000) } ?? .null)
        writer.name("last_error")
        let isPublic = services.doorkeeper.authenticator == nil
        writer.string(isPublic ? fault?.text : fault?.status.rawValue)
        writer.name("last_error_at")
        writer.instant(fault?.at)
        writer.endObject()
    }
}

/// What was last wrong with each part, as far as somebody asked for health meanwhile.
final class FaultMemory: Sendable {
    struct Fault: Sendable {
        let status: PartHealth.Status
        let text: String
        let at: Timestamp
    }

    private let faults = Mutex<[String: Fault]>([:])

    func seeing(_ parts: [PartHealth], at now: Timestamp) -> [String: Fault] {
        faults.withLock { faults in
            for part in parts where part.status != .ok {
                faults[part.name] = Fault(status: part.status, text: part.detail, at: now)
            }
            return faults
        }
    }
}

extension Counts? {
    /// A few figures by name.
    fileprivate func members(and vitals: Vitals) -> JSONValue {
        var members = JSONObject()
        // What is not known is null, not zero.
        members["due"] = map { .int(Int64($0.due)) } ?? .null
        members["lag_ms"] = map { .int(Swift.max(0, $0.lag.wholeMilliseconds)) } ?? .null
        for (name, status) in [("pending", ExecutionStatus.pending), ("running", .running)] {
            members[name] = map { .int(Int64(Swift.max(0, $0.executions[status] ?? 0))) } ?? .null
        }
        for (name, value) in vitals.members { members[name] = value }
        return .object(members)
    }
}
