internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/jobs`
struct JobController {
    let services: APIServices

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        var query = JobQuery()
        query.service = fields.word("service")
        query.status = fields.choice("status")
        query.queue = fields.word("queue")
        query.name = fields.jobName("name")
        query.text = fields.text("q")
        for label in fields.all("label") {
            let parts = label.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !label.utf8.contains(0) else {
                fields.fault("label", "must be key=value")
                continue
            }
            query.labels[String(parts[0])] = String(parts[1])
        }
        if let sort = fields.text("sort") {
            query.descending = sort.hasPrefix("-")
            if let known = JobQuery.Sort(rawValue: String(sort.drop { $0 == "-" })), sort.prefix(2) != "--" {
                query.sort = known
            } else {
                fields.fault(
                    "sort", "must be name, created_at, updated_at or next_run_at, with - in front to turn it round")
            }
        }
        query.visible = services.visible(context)
        let page = try fields.page(of: "jobs")
        (query.limit, query.after) = (page.limit, page.after)
        // What the engine does may bring jobs into such a list, or move them in it, that are not on the page.
        let isSteady = query.status == nil && query.sort != .nextRunAt
        return try await services.answer(
            .page(page, of: "jobs", KeptGroups.jobs, visible: query.visible), isSteady ? .list : .moment, for: request
        ) { [services, query] isKept async throws(StoreError) in
            let found = try await services.store.jobs(query)
            let answer = KeptAnswer { found.write(to: &$0, scope: page.scope) { $0.write(to: &$1) } }
            guard isKept, isSteady else { return (answer, nil) }
            let time = try await services.timeToLive(of: found.items) { () async throws(StoreError) in
                try await services.store.jobs(query).items
            }
            return (answer, time)
        }
    }

    func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let json = try await request.requiredJSON()
        var counted: Set<String> = []
        let job = try await newJob(json, 0, of: try await services.origin(context), context, &counted)
        let limits = services.quotas.jobLimits(of: [job.draft.service])
        guard let outcome = try await services.store.create([job], within: limits).first else {
            throw Problem(.internal, "No outcome.")
        }
        let stored = try outcome.get()
        announce(.jobCreated, [stored])
        services.measures.created(1)
        context.note(stored, from: nil)
        return Answer.job(stored, .created, location: true)
    }

    func createBulk(_ request: Request, _ context: APIContext) async throws -> Response {
        let list = FaultList()
        var fields = Fields(try await request.requiredJSON(), into: list)
        let items = fields.value("items")
        fields.requireGiven("items", items)
        if let items, !(1...1000).contains(items.array?.count ?? 0) {
            fields.fault("items", "must be an array of 1 to 1000 jobs")
        }
        fields.finish()
        try list.throwIfAny()
        let origin = try await services.origin(context)
        var outcomes: [Result<Job, Problem>] = []
        // However many jobs of a service come along, it is one request of its limit.
        var counted: Set<String> = []
        for (index, item) in (items?.array ?? []).enumerated() {
            do {
                outcomes.append(.success(try await newJob(item, index, of: origin, context, &counted)))
            } catch {
                let problem = Problem(mapping: error)
                if problem.kind == .forbidden { context.audit?.refused(nil, because: problem.detail) }
                outcomes.append(.failure(problem))
            }
        }
        let jobs = outcomes.compactMap { try? $0.get() }  // The refused ones keep their problem.
        let limits = services.quotas.jobLimits(of: Set(jobs.map(\.draft.service)))
        var created = try await services.store.create(jobs, within: limits)[...]
        for (index, outcome) in outcomes.enumerated() {
            guard case .success = outcome, let stored = created.popFirst() else { continue }
            outcomes[index] = stored.mapError { Problem(mapping: $0) }
        }
        let added = outcomes.compactMap { try? $0.get() }  // The refused ones were never stored.
        announce(.jobCreated, added)
        services.measures.created(added.count)
        for job in added { context.note(job, from: nil) }
        return Answer.outcomes(outcomes, as: .created, context) { job, writer in
            writer.name("job")
            if let job { job.write(to: &writer) } else { writer.null() }
        }
    }

    /// A job ready to be stored, from a request's body, as of the request's origin: a repetition is judged like the first.
    /// - Parameter counted: the services whose limit the request counts against already.
    private func newJob(
        _ json: JSONValue, _ index: Int, of origin: Origin, _ context: APIContext, _ counted: inout Set<String>
    ) async throws -> Job {
        let id = origin.identifier(index)
        let (draft, schedule) = try JobDraft.compiled(
            json: json, for: id, createdAt: origin.instant, zones: services.zones)
        try checkTarget(of: draft)
        try await services.require(draft, context, counts: counted.insert(draft.service).inserted)
        try await services.requireSecrets(of: draft, context)
        var job = Job(
            id: id, draft: draft, nextRunAt: nil, createdBy: context.principal.name, createdAt: origin.instant)
        job.nextRunAt = try firstRun(of: job, by: schedule, now: origin.instant)
        try services.requireSpacing(of: job, after: origin.instant)
        return job
    }

    private func draft(_ json: JSONValue) throws -> JobDraft {
        let draft = try JobDraft(json: json, zones: services.zones)
        try checkTarget(of: draft)
        return draft
    }

    /// - Throws: `Faults` for a target that nothing here could ever run.
    private func checkTarget(of draft: JobDraft) throws(Faults) {
        guard case .publish(let broker, let destination, _) = draft.target else { return }
        let known = services.publishers
        if known.isEmpty {
            throw Faults([Fault(pointer: "/target/type", detail: "publish needs a broker, and this server has none")])
        }
        guard let complaint = known[broker] else {
            let names = known.keys.sorted().joined(separator: " or ")
            throw Faults([Fault(pointer: "/target/broker", detail: "must be \(names): this server has no other")])
        }
        if let text = complaint(destination) { throw Faults([Fault(pointer: "/target/destination", detail: text)]) }
    }

    /// The first instant to come.
    /// - Throws: `Problem` 422 when there is none, unless the job is only run by hand.
    private func firstRun(of job: Job, by schedule: Schedule, now: Timestamp) throws -> Timestamp? {
        if let first = job.firstRun(from: now, schedule: schedule) { return first }
        if case .manual = schedule { return nil }
        let pointer = job.draft.endsAt == nil ? "/schedule" : "/ends_at"
        throw Problem(
            .validation, "The job would never run.",
            faults: [Fault(pointer: pointer, detail: "leaves no instant to come")])
    }

    func get(_ request: Request, _ context: APIContext) async throws -> Response {
        guard let id = context.parameters.get("id").flatMap({ Identifier($0) }) else { throw Problem.noJob }
        let found = try await services.keptJob(id, for: request)
        guard let found, let owner = found.answer.owner, let version = found.answer.version else { throw Problem.noJob }
        try await services.doorkeeper.require(
            service: owner.service, labels: owner.labels, context, orMissing: .noJob)
        try request.checkVersion(version, of: "job")
        return found.answer.response().telling(found.status)
    }

    func replace(_ request: Request, _ context: APIContext) async throws -> Response {
        let json = try await request.requiredJSON()
        let draft = try draft(json)
        return Answer.job(try await change(request, context) { job in job.draft = draft })
    }

    func patch(_ request: Request, _ context: APIContext) async throws -> Response {
        let patch = try await request.requiredJSON(types: Request.patchTypes)
        guard let members = patch.object else {
            throw Problem(
                .validation, "A patch is an object.", faults: [Fault(pointer: "", detail: "must be an object")])
        }
        return Answer.job(
            try await change(request, context) { job in
                let known = job.draft.json
                let unknown = members.names.filter { known[$0] == nil }
                if !unknown.isEmpty {
                    throw Faults(
                        unknown.prefix(100).map {
                            Fault(
                                pointer: JSONPointer.root.appending($0).description,
                                detail: "is not a field that can be set here")
                        })
                }
                job.draft = try draft(known.merging(patch))
            })
    }

    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let job = try await services.job(context.parameters.get("id"), context)
        try await services.store.delete(job.id, ifVersion: try request.wantedVersion(job.version, of: "job"))
        services.bell.workCancelled()
        announce(.jobDeleted, [job])
        context.audit?.changed(job.resource, service: job.draft.service, from: job.audited)
        return Response(status: .noContent)
    }

    func pause(_ request: Request, _ context: APIContext) async throws -> Response {
        var reason: String?
        if let json = try await request.json() {
            let list = FaultList()
            var fields = Fields(json, into: list)
            reason = fields.string("reason", lengths: 0...500, nullable: true)
            fields.finish()
            try list.throwIfAny()
        }
        return Answer.job(try await setStatus(.paused, reason: reason, request, context))
    }

    func resume(_ request: Request, _ context: APIContext) async throws -> Response {
        try await request.requireEmpty()
        return Answer.job(try await setStatus(.active, reason: nil, request, context))
    }

    /// `DELETE /schedule/{job_id}`: a pause without a body.
    func takeOff(_ request: Request, _ context: APIContext) async throws -> Response {
        Answer.job(try await setStatus(.paused, reason: nil, request, context))
    }

    private func setStatus(
        _ status: JobStatus, reason: String?, _ request: Request, _ context: APIContext
    ) async throws -> Job {
        try await change(request, context) { job in
            guard job.status != .completed else {
                throw Problem(
                    .conflict, "The job is completed: nothing is to come. Give it a schedule that has instants left.")
            }
            job.status = status
            job.pauseReason = reason
        }
    }

    /// Reads the job, changes it, and writes it if nobody else has meanwhile; without `If-Match` it tries again.
    private func change(
        _ request: Request, _ context: APIContext, _ change: (inout Job) throws -> Void
    ) async throws -> Job {
        try await request.change("job") {
            let before = try await services.job(
                context.parameters.get("id") ?? context.parameters.get("job_id"), context)
            try request.checkVersion(before.version, of: "job")
            var after = before
            try change(&after)
            // Who moves a job to another service, or changes its labels, needs the role there too.
            if after.draft.service != before.draft.service || after.draft.labels != before.draft.labels {
                try await services.require(after.draft, context)
            }
            if after.draft.target != before.draft.target || after.draft.service != before.draft.service {
                try await services.requireSecrets(of: after.draft, context)
            }
            let now = try await services.store.now()
            // What was there before the quota stays.
            if after.draft.schedule != before.draft.schedule || after.draft.service != before.draft.service {
                try services.requireSpacing(of: after, after: now)
            }
            var next: Timestamp??
            if before.draft.timing != after.draft.timing || before.beginsAnew(as: after) {
                after.runCount = try await record(before, dueAt: now).runCount
                next = .some(try firstRun(of: after, by: try services.schedule(of: after), now: now))
                if after.status == .completed { after.status = .active }
            }
            let change = JobChange(
                draft: after.draft, status: after.status, pauseReason: after.pauseReason, nextRunAt: next,
                updatedAt: now)
            let job = try await services.store.update(
                before.id, change, ifVersion: before.version, within: services.quotas.jobs[change.draft.service])
            announce(.jobUpdated, [job])
            context.note(job, from: before)
            return job
        }
    }

    /// Plans what the old timing still owes, as the scheduler would: every due instant leaves a row, also when nobody
    /// came to tick before the owner's change.
    /// - Returns: the job as it is then.
    private func record(_ job: Job, dueAt now: Timestamp) async throws -> Job {
        guard job.nextRunAt.map({ $0 <= now }) ?? false else { return job }
        // One that cannot be computed any more has no instants, and its owner is just mending it.
        guard let schedule = try? services.schedule(of: job) else { return job }  // Nothing to record.
        var current = job
        // One plan holds so many instants; another owner's change shows in the version, and the update then meets it.
        while current.version == job.version, let plan = current.plan(at: now, schedule: schedule) {
            if case .applied(let added) = try await services.store.apply([plan]).first {
                services.events.publish(.executionUpdated, added)
            }
            guard let next = try await services.store.job(job.id) else { break }
            current = next
        }
        services.bell.workWaiting()
        return current
    }

    /// Wakes the scheduler if it would come too late, and tells whoever follows.
    private func announce(_ kind: EventKind, _ jobs: [Job]) {
        if jobs.contains(where: \.isDueSoon) { services.bell.jobsChanged() }
        services.events.publish(kind, jobs)
    }

    func trigger(_ request: Request, _ context: APIContext) async throws -> Response {
        try await request.requireEmpty()
        let job = try await services.job(context.parameters.get("id"), context)
        let now = try await services.store.now()
        let origin = context.origin ?? Origin(at: now)
        let execution = job.execution(at: origin.instant, trigger: .manual, now: now, nonce: origin.nonce)
        let outcome = try await services.store.enqueue(
            [execution], of: job.id, overlap: job.draft.overlapPolicy,
            within: services.quotas.waitingLimit(of: job.draft.service)
        ).first
        services.bell.workWaiting()
        if job.draft.overlapPolicy == .cancelOther { services.bell.workCancelled() }
        switch outcome {
        case .created(let execution), .existing(let execution):
            services.events.publish(.executionUpdated, execution)
            context.note(execution)
            return Answer.accepted(execution)
        case nil: throw Problem(.internal, "No outcome.")
        }
    }

    func backfill(_ request: Request, _ context: APIContext) async throws -> Response {
        let job = try await services.job(context.parameters.get("id"), context)
        let list = FaultList()
        var fields = Fields(try await request.requiredJSON(), into: list)
        let from = fields.instant("from")
        fields.requireGiven("from", from)
        let to = fields.instant("to")
        fields.requireGiven("to", to)
        if let from, let to, to <= from { fields.fault("to", "must be after from") }
        fields.finish()
        try list.throwIfAny()
        guard let from, let to else { throw Problem(.validation, "from and to are required.") }
        let schedule = try services.schedule(of: job)
        switch schedule {
        case .manual, .fixedDelay:
            throw Problem(.conflict, "A \(job.draft.schedule.type) schedule has no instants of its own.")
        default: break
        }
        let now = try await services.store.now()
        // A repetition reaches no further than the first request.
        let end = min(to, context.origin?.instant ?? now)
        var executions: [Execution] = []
        var last = from - .milliseconds(1)
        while let instant = schedule.next(after: last), instant < end {
            guard executions.count < 10_000 else {
                throw Problem(
                    .validation, "The range is too long.",
                    faults: [Fault(pointer: "/to", detail: "the range holds more than 10000 instants")])
            }
            executions.append(job.execution(at: instant, trigger: .backfill, now: now))
            last = instant
        }
        let outcomes = try await services.store.enqueue(
            executions, of: job.id, overlap: job.draft.overlapPolicy.forCatchup,
            within: services.quotas.waitingLimit(of: job.draft.service))
        services.bell.workWaiting()
        let added = outcomes.compactMap { if case .created(let execution) = $0 { execution } else { nil } }
        services.events.publish(.executionUpdated, added)
        let created = added.count
        context.audit?.changed(
            job.resource, service: job.draft.service, to: ["from": .shown(from), "to": .shown(to)])
        return Answer.json(.accepted) { writer in
            writer.value(["created": .int(Int64(created)), "existing": .int(Int64(outcomes.count - created))])
        }
    }

    func next(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        let count = fields.int("count", 1...1000, default: 10)
        try fields.finish()
        let job = try await services.job(context.parameters.get("id"), context)
        let schedule = try services.schedule(of: job)
        var items = job.draft.schedule.preview(
            of: schedule, after: services.clock.now(), limit: count, zones: services.zones)
        items.removeAll { preview in
            job.draft.startsAt.map { preview.at < $0 } ?? false || job.draft.endsAt.map { preview.at > $0 } ?? false
        }
        if job.status == .completed { items = [] }
        return ScheduleController.answer(items)
    }

    func explain(_ request: Request, _ context: APIContext) async throws -> Response {
        let job = try await services.job(context.parameters.get("id"), context)
        return try await Explanation(of: job, services, context).response()
    }
}
