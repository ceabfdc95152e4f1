internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/secrets`: written here, read by executors alone.
struct SecretController {
    let services: APIServices

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        var fields = QueryFields(request)
        let service = fields.word("service")
        if service == nil, fields.all("service").isEmpty { fields.fault("service", "is required") }
        let page = try fields.page(of: "secrets")
        guard let service else { throw Problem(.validation, "service is required.") }
        try await require(service, context)
        let records = try await access.secrets.secrets(
            service: service, after: page.after?.value, limit: page.limit + 1)
        let last = records.count > page.limit ? records[page.limit - 1].name : nil
        return Answer.page(
            Page(
                items: Array(records.prefix(page.limit)),
                next: last.map { PageKey(value: $0, id: Identifier(high: 0, low: 0)) }), scope: page.scope
        ) { $1.value($0.json) }
    }

    /// Writes a new version; the one before it holds for a while yet.
    func put(_ request: Request, _ context: APIContext) async throws -> Response {
        let (access, service, name) = try await place(context)
        let (value, overlap) = try await request.read { fields in
            let value = fields.string("value", lengths: 1...65_536)
            fields.requireGiven("value", value)
            if let value, name == SecretVault.webhook, !WebhookKey.isKey(value) {
                fields.fault("value", "must be whsec_ and the Base64 of 24 to 64 bytes: it signs webhooks")
            }
            return (value, fields.duration("overlap", .zero ... .seconds(30 * 86_400)) ?? SecretRecord.standardOverlap)
        }
        guard let value else { throw Problem(.validation, "value is required.") }
        return try await whileOvertaken("secret") {
            let now = try await services.store.now()
            let newest = try await access.secrets.secret(name, service: service).first
            let version = (newest?.version ?? 0) + 1
            var generator = SystemRandomNumberGenerator()
            let sealed = access.keys.masterKeys.seal(
                Redacted(Array(value.utf8)), for: .secret(service: service, name: name, version: version),
                using: &generator)
            let record = SecretRecord(
                service: service, name: name, version: version, sealed: sealed, createdAt: now,
                createdBy: context.principal.name)
            try await access.secrets.put(record, overlapUntil: now + overlap)
            access.vault.forget()
            context.audit?.changed(
                record.resource, service: service, from: newest?.json ?? .null, to: record.json)
            return Answer.json(newest == nil ? .created : .ok) { $0.value(record.json) }
        }
    }

    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let (access, service, name) = try await place(context)
        guard let record = try await access.secrets.secret(name, service: service).first else {
            throw Problem.noSecret
        }
        try await access.secrets.removeSecret(name, service: service)
        access.vault.forget()
        context.audit?.changed(record.resource, service: service, from: record.json)
        return Response(status: .noContent)
    }

    /// Service and name of the path, for somebody who may change the service's secrets.
    private func place(_ context: APIContext) async throws -> (AccessServices, service: String, name: String) {
        let access = try services.requireAccess()
        let (service, name) = (context.parameters.get("service") ?? "", context.parameters.get("name") ?? "")
        var faults: [(name: String, detail: String)] = []
        if !(1...64).contains(service.utf8.count) || !Fields.isWord(service, extra: "._-") {
            faults.append(("service", "must be 1 to 64 of A–Z a–z 0–9 . _ -"))
        }
        if !SecretReference.isName(name) { faults.append(("name", "must be 1 to 128 of A–Z a–z 0–9 . _ -")) }
        if !faults.isEmpty {
            var problem = Problem(.validation, "The path names no place for a secret.")
            problem.parameters = faults
            throw problem
        }
        try await require(service, context)
        return (access, service, name)
    }

    private func require(_ service: String, _ context: APIContext) async throws {
        try await services.doorkeeper.require(service: service, labels: [:], context, orMissing: nil)
    }
}

extension Problem {
    fileprivate static let noSecret = Problem(.notFound, "There is no such secret.")
}

extension APIServices {
    /// Sees that the secrets that a job refers to are there, and that whoever writes the reference may change all of the service: a target sends
    /// them wherever it says, so whoever writes it can read them.
    /// - Throws: `Faults`, `Problem` 403.
    func requireSecrets(of draft: JobDraft, _ context: APIContext) async throws {
        let names: Set<String>
        do throws(SecretReference.Fault) {
            names = try draft.target.writtenSecretNames()
        } catch {
            throw Faults([Fault(pointer: "/target", detail: error.words)])
        }
        if names.isEmpty { return }
        guard let access else {
            throw Faults([
                Fault(
                    pointer: "/target", detail: "refers to secrets, which need access control (access.mode: required)")
            ])
        }
        let place = Resource.service(draft.service, labels: [:])
        guard doorkeeper.rules.decide(context.operation, by: context.principal, on: place) == .allowed else {
            throw Problem(
                .forbidden,
                "The target refers to secrets: this needs the role editor for the whole service, whatever its jobs' labels."
            )
        }
        for name in names.sorted() where try await access.secrets.secret(name, service: draft.service).isEmpty {
            throw Faults([Fault(pointer: "/target", detail: SecretReference.Fault.missing(name).words)])
        }
    }
}
