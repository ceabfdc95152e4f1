internal import Hummingbird
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/limits`: how much of a queue, a service or a job may run at once and begin in a time, over all nodes.
struct LimitController {
    let services: APIServices

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        let kind: WorkLimit.Kind? = fields.choice("kind")
        let page = try fields.page(of: "limits")
        let visible = services.visible(context)
        let after = page.after?.value.flatMap { WorkLimit.Key(place: $0) }
        var rest = try await services.store.limits().filter { limit in
            (kind.map { $0 == limit.key.kind } ?? true) && (after.map { $0 < limit.key } ?? true)
        }[...]
        let uses = try await services.store.limitsInUse()
        var shown: [(limit: WorkLimit, job: JobDraft?)] = []
        // Of many that he may not see, all have to be passed over; but not one by one.
        let most = visible.isEverything ? page.limit + 1 : Self.part
        while shown.count <= page.limit, !rest.isEmpty {
            let part = Array(rest.prefix(most))
            rest = rest.dropFirst(part.count)
            shown += try await self.shown(part, to: visible)
        }
        let items = Array(shown.prefix(page.limit))
        let next = shown.count > items.count ? items.last?.limit.key.place : nil
        return Answer.page(
            Page(items: items, next: next.map { PageKey(value: $0, id: Identifier(high: 0, low: 0)) }),
            scope: page.scope
        ) { item, writer in
            // What runs of one that limits no concurrency is not counted; what was set since counts from nothing.
            let use = uses[item.limit.key]
            var object = item.limit.json(of: item.job).object ?? JSONObject()
            object["running"] = item.limit.concurrency.map { _ in .int(Int64(use?.running ?? 0)) } ?? .null
            object["rate_used"] = item.limit.rate.map { _ in .int(Int64(use?.begun ?? 0)) } ?? .null
            writer.value(.object(object))
        }
    }

    /// How many limits are looked at with one reading of jobs, for who sees but some of them.
    private static let part = 500

    /// What somebody may see of them.
    private func shown(
        _ limits: [WorkLimit], to visible: ServiceFilter
    ) async throws -> [(limit: WorkLimit, job: JobDraft?)] {
        let ids = limits.compactMap { $0.key.kind == .jobs ? Identifier($0.key.name) : nil }
        let found = ids.isEmpty ? [] : try await services.store.jobs(ids).compactMap { $0 }
        let jobs = Dictionary(found.map { ("\($0.id)", $0.draft) }) { first, _ in first }
        return limits.compactMap { limit in
            switch limit.key.kind {
            // As queues themselves, they are for who may see the whole installation.
            case .queues: visible.isEverything ? (limit, nil) : nil
            case .services: visible.shows(service: limit.key.name, labels: [:]) ? (limit, nil) : nil
            case .jobs:
                jobs[limit.key.name].flatMap { draft in
                    visible.shows(service: draft.service, labels: draft.labels) ? (limit, draft) : nil
                }
            }
        }
    }

    func get(_ kind: WorkLimit.Kind) -> RouteTable.Handler {
        { request, context in
            let (key, job) = try await key(kind, context)
            guard let limit = try await services.store.limit(key) else { throw Problem.noLimit }
            return Answer.json { $0.value(limit.json(of: job)) }
        }
    }

    func put(_ kind: WorkLimit.Kind) -> RouteTable.Handler {
        { request, context in
            let (key, job) = try await key(kind, context)
            let limit = try await request.read { fields in
                let limit = WorkLimit(key, concurrency: fields.concurrency(), rate: fields.rate())
                if limit.concurrency == nil, limit.rate == nil {
                    fields.requireGiven("concurrency", fields.isGiven("rate"), "is required unless rate is given")
                }
                return limit
            }
            let before = try await services.store.limit(key)
            try await services.store.setLimit(limit)
            services.bell.workWaiting()
            context.audit?.changed(
                key.resource, service: key.service(of: job), from: before?.json ?? .null, to: limit.json)
            return Answer.json { $0.value(limit.json(of: job)) }
        }
    }

    func delete(_ kind: WorkLimit.Kind) -> RouteTable.Handler {
        { request, context in
            let (key, job) = try await key(kind, context)
            let before = try await services.store.limit(key)
            guard try await services.store.removeLimit(key) else { throw Problem.noLimit }
            services.bell.workWaiting()
            context.audit?.changed(key.resource, service: key.service(of: job), from: before?.json ?? .null)
            return Response(status: .noContent)
        }
    }

    /// What the path names, for somebody who may do to it what he asks for, and the job when it is one.
    private func key(
        _ kind: WorkLimit.Kind, _ context: APIContext
    ) async throws -> (key: WorkLimit.Key, job: JobDraft?) {
        switch kind {
        case .jobs:
            let job = try await services.job(context.parameters.get("id"), context)
            return (WorkLimit.Key(.jobs, "\(job.id)"), job.draft)
        case .queues: return (WorkLimit.Key(.queues, try word("name", "queue", context)), nil)
        case .services:
            let name = try word("service", "service", context)
            try await services.doorkeeper.require(service: name, labels: [:], context, orMissing: nil)
            return (WorkLimit.Key(.services, name), nil)
        }
    }

    private func word(_ parameter: String, _ what: String, _ context: APIContext) throws -> String {
        guard let name = context.parameters.get(parameter), (1...64).contains(name.utf8.count),
            Fields.isWord(name, extra: "._-")
        else { throw Problem(.notFound, "A \(what)'s name is 1 to 64 of A–Z a–z 0–9 . _ -") }
        return name
    }
}

extension Problem {
    fileprivate static let noLimit = Problem(.notFound, "There is no such limit.")
}

extension Fields {
    fileprivate mutating func concurrency() -> Int? { int("concurrency", WorkLimit.concurrencies, nullable: true) }

    fileprivate mutating func rate() -> WorkLimit.Rate? {
        guard value("rate") != nil, var rate = object("rate") else { return nil }
        let count = rate.int("count", WorkLimit.counts)
        rate.requireGiven("count", count)
        let per = rate.duration("per", WorkLimit.periods)
        rate.requireGiven("per", per)
        rate.finish()
        guard let count, let per else { return nil }
        return WorkLimit.Rate(count: count, per: per)
    }

    /// Something when the member is there and not null.
    fileprivate mutating func isGiven(_ name: String) -> Any? { value(name) }
}

extension WorkLimit.Key {
    /// Where it stands in the list, for cursors.
    fileprivate var place: String { "\(kind.rawValue)/\(name)" }

    /// Reads what `place` writes.
    fileprivate init?(place: String) {
        let parts = place.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let kind = WorkLimit.Kind(rawValue: String(parts[0])) else { return nil }
        self.init(kind, String(parts[1]))
    }

    fileprivate var resource: String { "limit:\(kind.rawValue)/\(name)" }

    /// Whose it is; nil of a queue, which is everybody's.
    /// - Parameter job: when it is one.
    fileprivate func service(of job: JobDraft?) -> String? { kind == .services ? name : job?.service }
}

extension WorkLimit {
    /// As the API shows it.
    /// - Parameter job: when it is a job's, whose name says more than its id.
    fileprivate func json(of job: JobDraft?) -> JSONValue {
        [
            "kind": .string(key.kind.rawValue), "name": .string(key.name),
            "service": key.service(of: job).map(JSONValue.string) ?? .null,
            "job_name": job.map { .string($0.name) } ?? .null, "concurrency": concurrencyJSON, "rate": rateJSON,
        ]
    }

    /// As the audit log keeps it.
    var json: JSONValue {
        [
            "kind": .string(key.kind.rawValue), "name": .string(key.name), "concurrency": concurrencyJSON,
            "rate": rateJSON,
        ]
    }

    /// What it limits, without of what.
    var amounts: JSONValue { ["concurrency": concurrencyJSON, "rate": rateJSON] }

    private var concurrencyJSON: JSONValue { concurrency.map { .int(Int64($0)) } ?? .null }

    private var rateJSON: JSONValue {
        rate.map { ["count": .int(Int64($0.count)), "per": .string($0.per.text)] } ?? .null
    }
}
