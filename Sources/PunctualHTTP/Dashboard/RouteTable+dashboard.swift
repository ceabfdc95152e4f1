internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualSchedule

extension RouteTable {
    typealias Page = @Sendable (Visit) async throws -> Response

    /// The dashboard: pages, the forms that they send, and their assets.
    mutating func addDashboard() {
        // Read here, so that a template that is none ends the start and not the first visit.
        _ = PageTemplates.shared
        let signIn = SignInPage()
        page("/sign-in", .viewSignIn, signIn.show)
        form("/sign-in", .sendSignIn, signIn.send)
        form("/sign-out", .sendForm, signIn.leave)
        form("/preferences", .sendForm, PreferencesForm.send)
        page("/", .viewPage, OverviewPage().show)
        page("/jobs", .viewPage, JobsPage.show)
        form("/jobs/actions", .sendForm, JobActions.send)
        page("/jobs/new", .viewPage, JobFormPage.new)
        form("/jobs/new", .sendForm, JobFormPage.create)
        form("/jobs/preview", .sendForm, JobFormPage.preview)
        page("/jobs/{id}", .viewPage, JobPage.show)
        page("/jobs/{id}/edit", .viewPage, JobFormPage.edit)
        form("/jobs/{id}/edit", .sendForm, JobFormPage.save)
        addAccessPages()
        page("/executions", .viewPage, ExecutionsPage.show)
        form("/executions/actions", .sendForm, ExecutionActions.send)
        page("/executions/{job_id}/{id}", .viewPage, ExecutionPage.show)
        page("/executions/{job_id}/{id}/edited", .viewPage, EditedRetryPage.show)
        form("/executions/{job_id}/{id}/edited", .sendForm, EditedRetryPage.send)
        page("/dead-letters", .viewPage, DeadLettersPage.show)
        form("/dead-letters/actions", .sendForm, DeadLetterActions.send)
        page("/queues", .viewPage, QueuesPage.show)
        form("/queues/actions", .sendForm, LimitPage.act)
        page("/queues/limit", .viewPage, LimitPage.show)
        form("/queues/limit", .sendForm, LimitPage.send)
        page("/calendar", .viewPage, CalendarPage.show)
        page("/calendar/spread", .viewPage, SpreadPage.show)
        form("/calendar/spread", .sendForm, SpreadPage.send)
        show(.get, "/dashboard/{version}/{name}", .viewAsset) { request, context, door in
            try await door(DashboardAssets.answer)(request, context)
        }
    }

    mutating func page(_ path: String, _ operation: APIOperation, _ page: @escaping Page) {
        let (services, doors) = (services, doors)
        show(.get, path, operation) { request, context, door in
            let entrance = PageDoor(services: services, doors: doors)
            return try await entrance.answer(request, context, form: FormFields(), door, page)
        }
    }

    mutating func form(_ path: String, _ operation: APIOperation, _ page: @escaping Page) {
        let (services, doors) = (services, doors)
        show(.post, path, operation) { request, context, door in
            let entrance = PageDoor(services: services, doors: doors)
            return try await entrance.send(request, context, door, page)
        }
    }
}

/// Stands before every page, and turns what goes wrong there into one.
private struct PageDoor {
    let services: APIServices
    let doors: [APIOperation: InnerDoor]

    func send(
        _ request: Request, _ context: APIContext, _ door: (@escaping RouteTable.Handler) -> RouteTable.Handler,
        _ page: @escaping RouteTable.Page
    ) async throws -> Response {
        var request = request
        let form: FormFields
        do {
            // Browsers tell from where a form comes; one of another site is turned away whatever it carries.
            if let site = request.headers[Self.fetchSite], site != "same-origin", site != "none" {
                throw Problem(.forbidden, "Forms of other sites are not taken here.")
            }
            form = try await FormFields(of: &request)
        } catch {
            return try refusal(error, request, context)
        }
        var head = request.head
        head.headerFields[Doorkeeper.crossSiteField] = form["csrf"]
        request = Request(head: head, body: request.body)
        return try await answer(request, context, form: form, door, page)
    }

    func answer(
        _ request: Request, _ context: APIContext, form: FormFields,
        _ door: (@escaping RouteTable.Handler) -> RouteTable.Handler, _ page: @escaping RouteTable.Page
    ) async throws -> Response {
        let (services, doors) = (services, doors)
        do {
            return try await door { request, context in
                let visit = Visit(request, context, form: form, services, doors)
                do {
                    return try await page(visit)
                } catch let refusal as PageRefusal {
                    return try await visit.page(
                        "refusal", title: refusal.title, status: .init(code: refusal.status),
                        ["refusalDetail": refusal.detail, "requestID": context.requestID])
                }
            }(request, context)
        } catch {
            return try refusal(error, request, context)
        }
    }

    /// What somebody sees who is not let in, or for whom there is no page.
    private func refusal(_ error: any Error, _ request: Request, _ context: APIContext) throws -> Response {
        let problem = Problem(mapping: error)
        if problem.kind == .unauthorized, services.access != nil {
            // Whoever has sent something comes back to where it was sent from.
            let here = request.method == .get || request.method == .head ? request.uri.string : "/"
            let place = ReturnPath.isFit(here) && here != "/" ? "?return_to=\(FormFields.encoded(here))" : ""
            return Response(status: .seeOther, headers: [.location: "/sign-in\(place)", .cacheControl: "no-store"])
        }
        // The node's own troubles are logged as everywhere else.
        if problem.kind == .internal || problem.kind == .unavailable {
            context.logger.error(
                "a page failed", metadata: ["error": "\(problem.cause ?? problem)", "path": "\(request.uri.path)"])
        }
        let visit = Visit(request, context, form: FormFields(), services, doors)
        var response = PageFrame(visit: visit, who: nil).response(
            "refusal", title: problem.kind.title, section: "", status: .init(code: problem.kind.status),
            ["isBare": true, "refusalDetail": problem.detail, "requestID": context.requestID])
        for field in problem.headers { response.headers[field.name] = field.value }
        return response
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!
}

/// Theme and time zone.
enum PreferencesForm {
    static func send(_ visit: Visit) async throws -> Response {
        var cookies: [String] = []
        var flash: Flash?
        if let theme = visit.form["theme"].flatMap({ Preferences.Theme(rawValue: $0) }) {
            cookies.append(Preferences.cookie(Preferences.themeCookie, theme.rawValue, isSecure: visit.isSecure))
        }
        if let zone = visit.form["zone"] {
            do {
                let rules = try visit.services.zones.rules(named: zone)
                cookies.append(Preferences.cookie(Preferences.zoneCookie, rules.name, isSecure: visit.isSecure))
                flash = Flash(.good, "Times are shown in \(rules.name).")
            } catch {
                flash = Flash(.bad, "\(error)")
            }
        }
        return visit.goOn(to: visit.returnPath(or: "/"), saying: flash, cookies: cookies)
    }
}
