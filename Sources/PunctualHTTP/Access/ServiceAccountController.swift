internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON

/// `/api/v1/service-accounts`
struct ServiceAccountController {
    let services: APIServices

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        var fields = QueryFields(request)
        let page = try fields.page(of: "service-accounts")
        let accounts = try await access.identities.serviceAccounts(after: page.after?.id, limit: page.limit + 1)
        return Answer.page(of: accounts, page, id: \.id, \.json)
    }

    func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let (name, description, isDisabled, tier) = try await request.read { fields in
            let name = fields.accountName()
            fields.requireGiven("name", name)
            return (
                name, fields.string("description", lengths: 0...500) ?? "", fields.bool("disabled") ?? false,
                fields.tier()
            )
        }
        guard let name else { throw Problem(.validation, "name is required.") }
        let origin = try await services.origin(context)
        var account = ServiceAccount(
            id: origin.identifier(), name: name, description: description, isDisabled: isDisabled,
            tier: tier, createdAt: origin.instant)
        do throws(StoreError) {
            account = try await access.identities.create(account)
        } catch {
            throw Self.problem(error)
        }
        access.authenticator.forget()
        context.audit?.changed(account.resource, to: account.json)
        return Answer.versioned(
            account.json, account.version, .created, location: "service-accounts/\(account.id)")
    }

    func get(_ request: Request, _ context: APIContext) async throws -> Response {
        let (_, account) = try await account(context)
        try request.checkVersion(account.version, of: "service account")
        return Answer.versioned(account.json, account.version)
    }

    func patch(_ request: Request, _ context: APIContext) async throws -> Response {
        let patch = try await request.read(types: Request.patchTypes) { fields in
            (
                name: fields.accountName(), description: fields.string("description", lengths: 0...500),
                isDisabled: fields.bool("disabled"), hasNoTier: fields.isNull("tier"), tier: fields.tier()
            )
        }
        return try await request.change("service account") {
            let (access, before) = try await account(context)
            try request.checkVersion(before.version, of: "service account")
            var after = before
            if let name = patch.name { after.name = name }
            if let description = patch.description { after.description = description }
            if let isDisabled = patch.isDisabled { after.isDisabled = isDisabled }
            if patch.tier != nil || patch.hasNoTier { after.tier = patch.tier }
            do throws(StoreError) {
                after.updatedAt = try await services.store.now()
                after = try await access.identities.update(after, ifVersion: before.version)
            } catch {
                throw Self.problem(error)
            }
            access.authenticator.forget()
            context.audit?.changed(after.resource, from: before.json, to: after.json)
            return Answer.versioned(after.json, after.version)
        }
    }

    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let (access, account) = try await account(context)
        try request.checkVersion(account.version, of: "service account")
        try await access.identities.remove(.serviceAccount(account.id))
        access.authenticator.forget()
        context.audit?.changed(account.resource, from: account.json)
        return Response(status: .noContent)
    }

    private func account(_ context: APIContext) async throws -> (AccessServices, ServiceAccount) {
        let access = try services.requireAccess()
        guard let id = context.parameters.get("id").flatMap({ Identifier($0) }),
            let account = try await access.identities.serviceAccount(id)
        else { throw Problem(.notFound, "There is no such service account.") }
        return (access, account)
    }

    private static func problem(_ error: StoreError) -> any Error {
        if case .nameTaken = error { return Problem(.nameTaken, "Another service account has that name.") }
        return error
    }
}
