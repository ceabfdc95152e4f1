internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
package import PunctualAccess
package import PunctualCore
internal import PunctualSchedule

/// Stands before every call: who asks, how often, and whether he may.
package struct Doorkeeper: Sendable {
    /// nil means that whoever reaches the port may do everything.
    package var authenticator: Authenticator?
    package var rules = AccessRules()
    package var clientAddress = ClientAddress(trusted: [], field: .xForwardedFor)
    /// nil means no limits.
    package var limiter: (any Limiter)?
    package var limits = RequestLimits()
    /// The hourly tier of those who have none of their own; nil means none.
    package var tier: CallerTier?
    /// The requests that each caller has under way; nil means that he may have any number.
    package var calls: TenantSlots?
    /// The same of claims that wait, event streams and exports, which are counted apart so that they leave room for calls.
    package var streams: TenantSlots?
    /// What makes hashes of the installation; nil without access control.
    package var pepper: Pepper?
    /// Whether browsers come over TLS; then no cookie counts that another host of the domain could have set.
    package var isSecure = false
    /// Asked where there is no access control; nil takes any host and origin.
    package var localDoor: LocalDoor?

    package init() {}

    /// Lets a request in, or not.
    /// - Returns: its context, and the refusal (403) of somebody who is known but may not.
    /// - Throws: `Problem` 401, 403 or 429.
    func admit(
        _ request: Request, _ context: APIContext, to operation: APIOperation,
        at now: () async throws(StoreError) -> Timestamp
    ) async throws -> (context: APIContext, refusal: Problem?) {
        var context = context
        context.operation = operation
        // Whoever came to a page was known, counted and let in there; only what he may is asked anew.
        if context.visit != nil {
            switch rules.decide(operation, by: context.principal, on: .none) {
            case .allowed: return (context, nil)
            case .signInFirst: throw Problem.signInFirst
            case .refused(let reason): return (context, Problem(refused: reason, namesService: false))
            }
        }
        let address = clientAddress(of: request, context)
        context.principal = authenticator == nil ? .anybody(from: address) : .stranger(from: address)
        // Probes and documents are for everybody.
        if operation.requirement == .open {
            if let limiter {
                context.allowance = try await take(limits.addressKeys(address, for: operation), from: limiter)
            }
            return (context, nil)
        }
        if authenticator == nil { try localDoor?.check(request) }
        if let limiter {
            context.allowance = try await take(limits.addressKeys(address, for: operation), from: limiter)
            try await requireFewRefusals(address, operation, limiter)
        }
        // What strangers show there is not for here.
        if operation.requirement == .entrance { return (context, nil) }
        if let authenticator, let shown = try credential(of: request, for: operation) {
            let found =
                operation == .metrics
                ? try await authenticator.watcher(showing: shown, from: address, at: now)
                : try await authenticator.principal(showing: shown, from: address, at: now)
            switch found {
            case .success(let principal): (context.principal, context.credential) = (principal, shown)
            case .failure(let fault):
                if let limiter { _ = try await take(limits.refusalKeys(address, for: operation), from: limiter) }
                throw Problem.badCredential(fault)
            }
        }
        var refusal: Problem?
        switch rules.decide(operation, by: context.principal, on: .none) {
        case .allowed: break
        case .signInFirst: throw Problem.signInFirst
        case .refused(let reason): refusal = Problem(refused: reason, namesService: false)
        }
        if let limiter, !context.principal.isStranger, authenticator != nil {
            let keys = limits.principalKeys(
                context.principal, tier: context.principal.tier ?? tier, for: operation)
            let mine = try await take(keys, from: limiter)
            context.allowance = context.allowance.map { $0.merged(with: mine) } ?? mine
        }
        return (context, refusal)
    }

    /// Counts a request for what is not there against its address.
    /// - Throws: `Problem` 429.
    func countMiss(_ request: Request, _ context: APIContext) async throws {
        guard let limiter else { return }
        _ = try await take(limits.openKeys(clientAddress(of: request, context)), from: limiter)
    }

    /// Whether somebody who was let in still would be, with the same rights: to be asked by answers that take long.
    func admitsStill(
        _ context: APIContext, at now: () async throws(StoreError) -> Timestamp
    ) async throws(StoreError) -> Bool {
        guard let authenticator, let credential = context.credential else { return true }
        let address = context.principal.address
        switch try await authenticator.principal(showing: credential, from: address, at: try await now()) {
        case .success(let principal): return principal.permissions == context.principal.permissions
        case .failure: return false
        }
    }

    /// Stops an address at the door from which too many credentials came that were not good.
    private func requireFewRefusals(
        _ address: IPAddress?, _ operation: APIOperation, _ limiter: any Limiter
    ) async throws {
        let keys = limits.refusalKeys(address, for: operation)
        if keys.isEmpty { return }
        var decision = await limiter.take(keys, cost: 0)
        guard decision.allowances.contains(where: { $0.remaining == 0 }) else { return }
        decision.violated = keys.map(\.policy.name)
        decision.retryAfter = .seconds(1)
        throw Problem(limited: decision)
    }

    /// A place for the request among those that its caller has under way, to be held until it is answered; nil when nobody
    /// counts them.
    /// - Throws: `Problem` 429 when all of his places are taken.
    func place(_ context: APIContext) throws -> TenantSlots.Place? {
        guard authenticator != nil, !context.principal.isStranger, context.visit == nil,
            let slots = context.operation.isLong ? streams : calls
        else { return nil }
        do throws(TenantSlots.Full) {
            return try slots.take(context.principal.name)
        } catch {
            let kind = context.operation.isLong ? "waiting claims, streams, readers of lines and exports" : "requests"
            var problem = Problem(.overloaded, "You have \(slots.most) \(kind) under way, which is all you may have.")
            problem.headers[.retryAfter] = "1"
            throw problem
        }
    }

    private func take(_ keys: [LimitKey], from limiter: any Limiter) async throws -> LimitDecision {
        let decision = await limiter.take(keys, cost: 1)
        guard decision.isAllowed else { throw Problem(limited: decision) }
        return decision
    }

    /// The client's address, behind proxies that are trusted.
    private func clientAddress(of request: Request, _ context: APIContext) -> IPAddress? {
        guard let peer = context.peer else { return nil }
        let name = HTTPField.Name(clientAddress.field.rawValue)!
        return clientAddress.resolve(peer: peer, values: request.headers[values: name])
    }

    static let crossSiteField = HTTPField.Name("X-CSRF-Token")!
    /// The cookie of a session; its prefix binds it to this host and to TLS.
    static let cookie = "__Host-punctual"
    /// Its name where there is no TLS: browsers take no `__Host-` cookie there.
    static let plainCookie = "punctual"

    /// The session whose cookie comes with the request; nil without one.
    func session(of request: Request) -> SessionSecret? {
        // A cookie that is none of ours, or of another installation on this host, is passed over.
        (request.cookies[isSecure ? Self.cookie : Self.plainCookie]?.value).flatMap { SessionSecret($0) }
    }

    /// What the request shows; nil when it shows nothing.
    private func credential(of request: Request, for operation: APIOperation) throws -> Credential? {
        let fields = request.headers[values: .authorization]
        if let field = fields.first {
            let parts = field.split(separator: " ", maxSplits: 1)
            guard fields.count == 1, parts.count == 2, parts[0].lowercased() == "bearer",
                let credential = Credential(bearer: parts[1])
            else { throw Problem.badCredential(.unknown) }
            return credential
        }
        guard let session = session(of: request) else { return nil }
        // Browsers send cookies along with requests that other sites' pages make.
        let isSafe = request.method == .get || request.method == .head
        if !isSafe, let pepper {
            guard session.isCrossSiteToken(request.headers[Self.crossSiteField] ?? "", pepper) else {
                throw Problem(
                    .forbidden,
                    "This change does not carry the token of your session: open the page anew and send it once more. "
                        + "A program sends what /api/v1/me tells as X-CSRF-Token, or uses a bearer token.")
            }
        }
        return .session(session)
    }
}

extension Doorkeeper {
    /// Lets go on who may do what he asks for to a thing of that service, as often as its callers may.
    /// - Parameters:
    ///   - missing: the answer to somebody who may not know of the thing; nil for one that is not there yet.
    ///   - counts: whether it counts against the service's limit.
    /// - Throws: `missing`, or `Problem` 403 or 429.
    func require(
        service: String, labels: [String: String], _ context: APIContext, orMissing missing: Problem?,
        counts: Bool = true
    ) async throws {
        switch rules.decide(context.operation, by: context.principal, on: .service(service, labels: labels)) {
        case .allowed: break
        case .signInFirst: throw Problem.signInFirst
        case .refused(let reason):
            if case .service = reason, let missing { throw missing }
            var problem = Problem(refused: reason)
            problem.service = service
            throw problem
        }
        if counts, context.visit?.isFirst(of: service) ?? true, let limiter {
            _ = try await take(limits.serviceKeys(service, for: context.operation), from: limiter)
        }
    }
}

extension Problem {
    static let noJob = Problem(.notFound, "There is no such job.")
    static let noExecution = Problem(.notFound, "There is no such execution.")

    static let signInFirst: Problem = {
        var problem = Problem(
            .unauthorized, "Show a key or token as \"Authorization: Bearer …\"; `punctual login` gets one.")
        problem.headers[.wwwAuthenticate] = "Bearer realm=\"punctual\""
        return problem
    }()

    /// Strangers hear one answer for all faults, so that none tells what there is.
    static func badCredential(_ fault: CredentialFault) -> Problem {
        var problem = Problem(
            .unauthorized, "The key or token is not valid, not valid any more, or not valid from this address.")
        problem.headers[.wwwAuthenticate] = "Bearer realm=\"punctual\", error=\"invalid_token\""
        problem.cause = fault
        return problem
    }

    /// - Parameter namesService: whether it is about one service, and not about whichever the caller has a role for.
    init(refused reason: AccessDecision.Reason, namesService: Bool = true) {
        let detail =
            switch reason {
            case .service: namesService ? "You have no role for this service." : "You have no role for any service."
            case .role(let needed):
                "This needs the role \(needed.word) or a higher one for \(namesService ? "this" : "some") service."
            case .notGlobal(let needed): "This needs the role \(needed.word) or a higher one for all services."
            case .notOwn: "This belongs to somebody else."
            case .narrowed: "The key or token is for less than you may do; sign in, and do it yourself."
            case .address: "Administration is not allowed from this address."
            }
        self.init(.forbidden, detail)
    }

    init(limited decision: LimitDecision) {
        let wait = decision.retryAfterField ?? "1"
        self.init(
            .rateLimited, "Too many requests (\(decision.violated.joined(separator: ", "))); try again in \(wait) s.")
        headers[.retryAfter] = wait
        decision.write(to: &headers)
    }
}

extension LimitDecision {
    func merged(with other: LimitDecision) -> LimitDecision {
        LimitDecision(allowances: allowances + other.allowances)
    }

    /// Tells of what is left.
    func write(to headers: inout HTTPFields) {
        guard !allowances.isEmpty else { return }
        headers[LimitDecision.policyName] = policyField
        headers[LimitDecision.limitName] = limitField
    }

    private static let policyName = HTTPField.Name("RateLimit-Policy")!
    private static let limitName = HTTPField.Name("RateLimit")!
}
