internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON

/// `/api/v1/setup`: the first administrator.
struct SetUpController {
    let services: APIServices

    func state(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let isNeeded = try await access.setUp.isNeeded()
        return Answer.confidential(["needed": .bool(isNeeded)])
    }

    func setUp(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let (token, name, password) = try await request.read { fields in
            let token = fields.string("token", lengths: 1...256)
            fields.requireGiven("token", token)
            let name = fields.accountName()
            fields.requireGiven("name", name)
            let password = fields.newPassword(hasSecondFactor: false, context: [name].compactMap { $0 })
            fields.requireGiven("password", password)
            return (token, name, password)
        }
        guard let token, let name, let password else { throw Problem(.validation, "The body has faults.") }
        guard try await access.setUp.isNeeded() else { throw Problem.isSetUp }
        guard access.setUp.isToken(token) else {
            context.audit?.refused(nil, because: "wrong set-up token")
            throw Problem(.forbidden, "This is not the token that `punctual serve` has printed.")
        }
        let hash = try await access.hash(password)
        let now = try await services.store.now()
        guard let user = try await access.setUp.begin(name: name, passwordHash: hash, at: now) else {
            throw Problem.isSetUp
        }
        access.authenticator.forget()
        context.audit?.identified(as: Subject.user(user.id).text)
        context.audit?.changed(user.resource, to: user.json)
        return Answer.versioned(user.json, user.version, .created, location: "users/\(user.id)")
    }
}

extension Problem {
    fileprivate static let isSetUp = Problem(
        .conflict, "The installation has its first administrator already; sign in.")

    /// Too many passwords wait to be checked.
    static let signInsBusy: Problem = {
        var problem = Problem(.unavailable, "Too many sign-ins wait; try again shortly.")
        problem.headers[.retryAfter] = "2"
        return problem
    }()
}
