internal import Hummingbird
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/schedules/preview` and `/api/v1/schedule/status`
struct ScheduleController {
    let services: APIServices

    func preview(_ request: Request, _ context: APIContext) async throws -> Response {
        let list = FaultList()
        var fields = Fields(try await request.requiredJSON(), into: list)
        var inner = fields.object("schedule")
        if inner == nil { fields.requireGiven("schedule", JSONValue?.none) }
        let definition = inner.flatMap { _ in JobSchedule(fields: &inner!) }
        if definition != nil { inner?.finish() }
        let now = services.clock.now()
        let from = fields.instant("from") ?? now
        let count = fields.int("count", 1...1000) ?? 10
        fields.finish()
        for fault in definition?.faults(zones: services.zones) ?? [] {
            list.add(JSONPointer.root.appending("schedule").appending(fault.field), fault.detail)
        }
        try list.throwIfAny()
        guard let definition else { throw Problem(.validation, "The schedule is missing.") }
        do throws(ScheduleFault) {
            let schedule = try definition.compiled(
                for: Identifier(high: 0, low: 0), createdAt: from, zones: services.zones)
            return Self.answer(
                definition.preview(of: schedule, after: from, limit: count, zones: services.zones),
                words: schedule.words)
        } catch {
            throw Faults([Fault(pointer: "/schedule/\(error.field)", detail: error.detail)])
        }
    }

    /// - Parameter words: the schedule in a sentence; nil leaves it out.
    static func answer(_ items: [Schedule.Preview], words: String? = nil) -> Response {
        Answer.json { writer in
            writer.beginObject()
            if let words {
                writer.name("words")
                writer.string(words)
            }
            writer.name("items")
            writer.beginArray()
            for item in items { write(item, to: &writer) }
            writer.endArray()
            writer.endObject()
        }
    }

    static func write(_ item: Schedule.Preview, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("at")
        writer.instant(item.at)
        writer.name("local")
        writer.string(item.local)
        writer.name("note")
        writer.string(item.note)
        writer.endObject()
    }

    func status(_ request: Request, _ context: APIContext) async throws -> Response {
        let store = services.store
        let counts = try await store.counts()
        let leases = try await store.leases()
        let nodes = try await store.nodes(seenSince: try await store.now() - .seconds(60))
        let parts = await services.parts()
        return Answer.json { writer in
            writer.beginObject()
            writer.name("nodes")
            writer.beginArray()
            for node in nodes {
                writer.beginObject()
                writer.name("node_id")
                writer.string(node.id)
                writer.name("roles")
                writer.value(.array(node.roles.map(JSONValue.string)))
                writer.name("version")
                writer.string(node.version)
                writer.name("address")
                writer.string(node.address)
                writer.name("started_at")
                writer.instant(node.startedAt)
                writer.name("last_seen_at")
                writer.instant(node.lastSeenAt)
                writer.endObject()
            }
            writer.endArray()
            writer.name("shards")
            writer.beginArray()
            for lease in leases {
                writer.beginObject()
                writer.name("shard")
                writer.int(lease.shard)
                writer.name("holder")
                writer.string(lease.holder)
                writer.name("term")
                writer.int(lease.term)
                writer.name("expires_at")
                writer.instant(lease.expiresAt)
                writer.endObject()
            }
            writer.endArray()
            writer.name("parts")
            writer.beginArray()
            for part in parts {
                writer.value([
                    "name": .string(part.name), "status": .string(part.status.rawValue), "detail": .string(part.detail),
                ])
            }
            writer.endArray()
            writer.name("lag_ms")
            writer.int(max(0, counts.lag.wholeMilliseconds))
            writer.name("due")
            writer.int(counts.due)
            writer.name("queued")
            writer.int(max(0, counts.executions[.pending] ?? 0))
            writer.endObject()
        }
    }
}
