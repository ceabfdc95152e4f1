internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON

/// `/auth/{provider}` and `/api/v1/providers`: signing in at an outside OpenID provider.
struct ProviderController {
    let services: APIServices

    /// What a sign-in page offers; nothing of it is secret.
    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        try fields.finish()
        let providers = services.access?.providers.providers ?? []
        let items = providers.map { provider -> JSONValue in
            [
                "name": .string(provider.name), "display_name": .string(provider.displayName),
                "login_path": .string("/auth/\(provider.name)/login"),
            ]
        }
        return Answer.json { $0.value(["items": .array(items)]) }
    }

    /// Sends the browser to the provider.
    func login(_ request: Request, _ context: APIContext) async throws -> Response {
        try await answering(context) { () async throws in
            let access = try services.requireAccess()
            let provider = try provider(access, context)
            var fields = QueryFields(request)
            let path = fields.text("return_to", most: ReturnPath.most) ?? "/"
            if !ReturnPath.isFit(path) {
                fields.fault("return_to", "must be a path of this installation, such as /docs")
            }
            try fields.finish()
            try access.requireCookies(from: context.principal.address)
            let now = try await services.store.now()
            let (url, sealed) = try await access.providerSignIn.begin(provider, returnTo: path, at: now)
            let cookie = Doorkeeper.cookie(
                sealed, seconds: LoginAttempt.lifetime.components.seconds, isSecure: access.isSecure,
                purpose: Self.purpose)
            return Response(status: .found, headers: [.location: url, .setCookie: cookie, .cacheControl: "no-store"])
        }
    }

    /// Lets in whom the provider sends back.
    func callback(_ request: Request, _ context: APIContext) async throws -> Response {
        try await answering(context) { () async throws in
            let access = try services.requireAccess()
            let provider = try provider(access, context)
            let now = try await services.store.now()
            let found = try await access.providerSignIn.finish(
                provider, try answer(request), sealed: request.cookies[Self.cookieName(access)]?.value, at: now)
            var response: Response
            switch found {
            case .failure(let refusal):
                if case .disabled(let id) = refusal { context.audit?.identified(as: Subject.user(id).text) }
                context.audit?.refused("provider:\(provider.name)", because: refusal.words)
                context.logger.notice(
                    "a sign-in at a provider was refused",
                    metadata: [
                        "provider": "\(provider.name)", "reason": "\(refusal.words)",
                        "request_id": "\(context.requestID)",
                    ])
                response = page(refusal, provider, context)
                context.audit?.failed()
            case .success(let entry):
                let secret = try await access.beginSession(
                    of: entry.user.id, groups: entry.groups, granted: entry.granted, at: now)
                access.authenticator.forget()
                context.audit?.identified(as: Subject.user(entry.user.id).text)
                context.audit?.changed(
                    entry.user.resource,
                    to: [
                        "provider": .string(provider.name), "name": .string(entry.user.name),
                        "groups": .array(entry.groups.map(JSONValue.string)),
                        "permissions": .array(entry.granted.map(\.json)),
                    ])
                response = Response(status: .seeOther, headers: [.location: entry.returnTo])
                let seconds = SessionSecret.lifetime.components.seconds
                response.headers.append(
                    HTTPField(
                        name: .setCookie,
                        value: Doorkeeper.cookie(secret.text.reveal(), seconds: seconds, isSecure: access.isSecure)))
            }
            // One attempt, one answer.
            response.headers.append(
                HTTPField(
                    name: .setCookie,
                    value: Doorkeeper.cookie("", seconds: 0, isSecure: access.isSecure, purpose: Self.purpose)))
            response.headers[.cacheControl] = "no-store"
            return response
        }
    }

    /// Behind the name of a session's cookie.
    private static let purpose = "-login"

    private static func cookieName(_ access: AccessServices) -> String {
        (access.isSecure ? Doorkeeper.cookie : Doorkeeper.plainCookie) + purpose
    }

    private func provider(_ access: AccessServices, _ context: APIContext) throws -> Provider {
        guard let provider = context.parameters.get("provider").flatMap({ access.providers.provider($0) }) else {
            throw Problem(.notFound, "There is no such provider.")
        }
        return provider
    }

    /// Providers add parameters of their own, which say nothing here.
    private func answer(_ request: Request) throws -> ProviderSignIn.Answer {
        let parameters = request.uri.queryParameters
        func text(_ name: String) throws -> String? {
            let values = parameters[values: name[...]]
            // RFC 6749, section 3.1.
            if values.count > 1 { throw Problem(.badRequest, "A parameter is there twice.") }
            return values.first.map(String.init)
        }
        return ProviderSignIn.Answer(
            state: try text("state"), code: try text("code"), issuer: try text("iss"), error: try text("error"))
    }

    /// Browsers come here, so refusals are pages.
    private func answering(_ context: APIContext, _ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let fault as ProviderFault {
            context.logger.notice(
                "a sign-in at a provider could not begin",
                metadata: ["error": "\(fault)", "request_id": "\(context.requestID)"])
            return RefusalPage(
                status: .badGateway, title: "The provider does not answer",
                detail: "You cannot be signed in there just now. Try again in a minute.", context
            ).response
        } catch {
            let problem = Problem(mapping: error)
            // The node's own troubles are told and logged as everywhere else.
            if problem.kind == .internal || problem.kind == .unavailable { throw error }
            context.audit?.failed()
            let details = [problem.detail] + problem.parameters.map { "\($0.name) \($0.detail)." }
            return RefusalPage(
                status: HTTPResponse.Status(code: problem.kind.status), title: problem.kind.title,
                detail: details.joined(separator: " "), context
            ).response
        }
    }

    private func page(_ refusal: ProviderSignIn.Refusal, _ provider: Provider, _ context: APIContext) -> Response {
        let (status, detail): (HTTPResponse.Status, String) =
            switch refusal {
            case .notBegun, .state, .code:
                (.badRequest, "This sign-in was begun elsewhere, was used already, or took too long. Begin again.")
            case .declined: (.forbidden, "The provider did not let you in.")
            case .disabled: (.forbidden, "Your account here is disabled; ask an administrator.")
            case .issuer, .provider, .exchange, .token, .secret:
                (.badGateway, "The provider's answer could not be used; the log tells more under this request id.")
            }
        return RefusalPage(
            status: status, title: "You are not signed in", detail: detail,
            way: ("/auth/\(provider.name)/login", "Sign in again"), context
        ).response
    }
}
