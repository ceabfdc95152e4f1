internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// Somebody looks at a page, or sends a form of one.
struct Visit: Sendable {
    let services: APIServices
    let doors: [APIOperation: InnerDoor]
    let request: Request
    let context: APIContext
    /// What was sent; empty for a page that is only looked at.
    let form: FormFields
    /// Of the address.
    let query: FormFields
    let preferences: Preferences
    let now: Timestamp

    init(
        _ request: Request, _ context: APIContext, form: FormFields, _ services: APIServices,
        _ doors: [APIOperation: InnerDoor]
    ) {
        self.services = services
        self.doors = doors
        self.request = request
        var inner = context
        inner.visit = PageVisit()
        self.context = inner
        self.form = form
        query = FormFields(request.uri.query.flatMap { FormFields.parsed($0.utf8) } ?? [])
        preferences = Preferences(of: request, zones: services.zones)
        now = services.clock.now()
    }

    /// A call of the API, whatever it answers.
    func call(_ call: InnerCall) async throws -> InnerAnswer {
        try await call.answer(request, context, through: doors)
    }

    /// What a call answers that must go well for there to be a page.
    /// - Throws: `PageRefusal`.
    func read(_ call: InnerCall) async throws -> JSONValue {
        let answer = try await self.call(call)
        guard answer.isGood else { throw PageRefusal(answer) }
        return answer.json
    }

    /// The same for somebody who may ask; nil for anybody else, of whom the audit log then hears nothing: he did not ask.
    func readIfAllowed(_ call: InnerCall) async throws -> JSONValue? {
        may(call.operation) ? try await read(call) : nil
    }

    /// What a call answers that a page can do without.
    enum Glance: Sendable {
        case seen(JSONValue)
        /// He may not ask.
        case notAllowed
        /// The store does not answer, or takes too long.
        case notNow

        var json: JSONValue? { if case .seen(let json) = self { json } else { nil } }
        var isMissing: Bool { if case .notNow = self { true } else { false } }
    }

    /// Asks for what a page shows if it can be had soon.
    /// - Throws: `PageRefusal` for what the caller did wrong.
    func glance(_ call: InnerCall) async throws -> Glance {
        guard may(call.operation) else { return .notAllowed }
        do {
            return .seen(try await Deadline.within(.seconds(3)) { try await read(call) })
        } catch is Deadline.Passed {
            return .notNow
        } catch let refusal as PageRefusal where refusal.status >= 500 {
            return .notNow
        }
    }

    /// Whether a call would be let through: to something of that service or, without one, to anything at all. For what is shown;
    /// the call decides again.
    func may(_ operation: APIOperation, service: String? = nil, labels: [String: String] = [:]) -> Bool {
        let resource = service.map { Resource.service($0, labels: labels) } ?? .none
        return services.doorkeeper.rules.decide(operation, by: context.principal, on: resource) == .allowed
    }

    /// The same for a job as the API shows it.
    func may(_ operation: APIOperation, job: JSONValue) -> Bool {
        let labels = (job["labels"]?.object?.members ?? []).compactMap { member in
            member.value.string.map { (member.name, $0) }
        }
        return may(
            operation, service: job["service"]?.string ?? "",
            labels: Dictionary(labels) { first, _ in first })
    }

    /// Whether some role is enough for it, without regard to which service: the same question for things not asked by service.
    func mayAnywhere(_ operation: APIOperation) -> Bool {
        guard case .service(let role) = operation.requirement else { return may(operation) }
        return context.principal.permissions.contains { $0.role >= role }
    }

    /// The wall clock that times are shown by.
    var clock: PageClock { PageClock(zone: preferences.zone, now: now) }

    /// A page.
    /// - Parameters:
    ///   - template: what is in the middle.
    ///   - section: the entry of the navigation that it belongs to.
    func page(
        _ template: String, title: String, section: String = "", status: HTTPResponse.Status = .ok, _ view: View
    ) async throws -> Response {
        let who = try await read(InnerCall(.whoAmI))
        return PageFrame(visit: self, who: who).response(
            template, title: title, section: section, status: status, view)
    }

    /// Goes on to another page of this installation, which shows what was done.
    func goOn(to path: String, saying flash: Flash? = nil, cookies: [String] = []) -> Response {
        var headers: HTTPFields = [.location: path, .cacheControl: "no-store"]
        for cookie in cookies + (flash.map { [$0.field(isSecure: isSecure)] } ?? []) {
            headers.append(HTTPField(name: .setCookie, value: cookie))
        }
        return Response(status: .seeOther, headers: headers)
    }

    var isSecure: Bool { services.access?.isSecure ?? services.isSecure }

    /// Where a form wants to go on; only paths of this installation are taken.
    func returnPath(or standard: String) -> String {
        guard let path = form["return_to"] ?? query["return_to"], ReturnPath.isFit(path) else { return standard }
        return path
    }
}

/// Why there is no page.
struct PageRefusal: Error {
    let status: Int
    let title: String
    let detail: String

    init(_ answer: InnerAnswer) {
        status = answer.status
        title = answer.json["title"]?.string ?? "This did not work"
        let faults = answer.faults.map { "\($0.pointer) \($0.detail)." }
        detail = ([answer.detail] + faults).joined(separator: " ")
    }
}
