internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/jobs/new` and `/jobs/{id}/edit`.
enum JobFormPage {
    static func new(_ visit: Visit) async throws -> Response {
        guard visit.mayAnywhere(.createJob) else { throw Problem(.forbidden, "You may not create jobs.") }
        return try await page(JobForm(), visit)
    }

    static func create(_ visit: Visit) async throws -> Response {
        var form = JobForm(visit.form)
        let job = form.job()
        if visit.form.has("preview") { return try await page(form, visit, previewing: true) }
        if form.isFaulty { return try await page(form, visit, status: .unprocessableContent) }
        var headers: HTTPFields = [:]
        // A form that is sent twice makes one job.
        headers[JobActions.idempotencyKey] = visit.form["key"]
        let answer = try await visit.call(InnerCall(.createJob, body: job, headers: headers))
        guard answer.isGood, let id = answer.json["id"]?.string else {
            form.take(answer)
            return try await page(form, visit, status: .init(code: answer.status))
        }
        return visit.goOn(
            to: "/jobs/\(id)", saying: Flash(.good, "Created \(answer.json["name"]?.string ?? "the job")."))
    }

    static func edit(_ visit: Visit) async throws -> Response {
        let job = try await job(visit)
        guard visit.may(.replaceJob, job: job) else { throw Problem(.forbidden, "You may not change this job.") }
        return try await page(JobForm(job: job), visit, of: job)
    }

    static func save(_ visit: Visit) async throws -> Response {
        let job = try await job(visit)
        let id = job["id"]?.string ?? ""
        var form = JobForm(visit.form)
        let changed = form.job()
        if visit.form.has("preview") { return try await page(form, visit, of: job, previewing: true) }
        if form.isFaulty { return try await page(form, visit, of: job, status: .unprocessableContent) }
        var headers: HTTPFields = [:]
        // Whoever changed it meanwhile is not overwritten.
        headers[.ifMatch] = visit.form["version"].map { "\"\($0)\"" }
        let answer = try await visit.call(InnerCall(.replaceJob, ["id": id], body: changed, headers: headers))
        guard answer.isGood else {
            form.take(answer)
            return try await page(form, visit, of: job, status: .init(code: answer.status))
        }
        return visit.goOn(to: "/jobs/\(id)", saying: Flash(.good, "Saved \(answer.json["name"]?.string ?? "the job")."))
    }

    /// What a schedule comes to while somebody types it: a part of a page.
    static func preview(_ visit: Visit) async throws -> Response {
        var form = JobForm(visit.form)
        let html = PageTemplates.shared.render("preview", try await preview(of: &form, visit))
        return Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    private static func job(_ visit: Visit) async throws -> JSONValue {
        try await visit.read(InnerCall(.getJob, ["id": visit.context.parameters.get("id") ?? ""]))
    }

    private static func page(
        _ form: JobForm, _ visit: Visit, of job: JSONValue? = nil, status: HTTPResponse.Status = .ok,
        previewing: Bool = false
    ) async throws -> Response {
        var form = form
        let preview = try await preview(of: &form, visit)
        let name = job?["name"]?.string
        let id = job?["id"]?.string
        return try await visit.page(
            "job-form", title: name.map { "Edit \($0)" } ?? "New job", section: "/jobs", status: status,
            form.view.merging(preview).merging([
                "formAction": id.map { "/jobs/\($0)/edit" } ?? "/jobs/new",
                "backPath": id.map { "/jobs/\($0)" } ?? "/jobs",
                // What a conflict was about is seen again before it is overwritten.
                "formVersion": status == .preconditionFailed
                    ? job?["version"]?.int : visit.form["version"] ?? job?["version"]?.int.map(String.init),
                "formKey": EdgeMiddleware.newRequestID(), "isNew": job == nil,
                "isConflict": status == .preconditionFailed,
                "saveWord": job == nil ? "Create job" : "Save changes",
                "zoneNames": ZoneNames.common.map { ["zoneName": $0] as View },
            ]))
    }

    private static func preview(of form: inout JobForm, _ visit: Visit) async throws -> View {
        guard visit.may(.previewSchedule) else { return [:] }
        var other = form
        let schedule = other.job()["schedule"] ?? .null
        let answer = try await visit.call(
            InnerCall(.previewSchedule, body: ["schedule": schedule, "count": 8]))
        guard answer.isGood else {
            let faults = answer.faults.map { fault in
                "\(fault.pointer.split(separator: "/").last.map(String.init) ?? "The schedule") \(fault.detail)"
            }
            return [
                "hasPreview": true, "previewFaults": faults.map { ["previewFault": $0] as View }, "isBadPreview": true,
            ]
        }
        return preview(answer.json, visit)
    }

    /// For the template `preview`.
    static func preview(_ json: JSONValue, _ visit: Visit) -> View {
        let items = json["items"]?.array ?? []
        let views = items.map { item -> View in
            let local = item["local"]?.string ?? ""
            return [
                "nextTime": visit.clock.view(item["at"]), "nextLocal": localText(local),
                "nextNote": item["note"]?.string,
                "nextUTC": (item["at"]?.string ?? "").prefix(19).replacing("T", with: " "),
            ]
        }
        let zone = visit.preferences.zone
        // Clocks that show the same are shown once.
        let isOther = items.contains { item in
            guard let at = (item["at"]?.string).flatMap({ Timestamp(rfc3339: $0) }) else { return false }
            return zone.text(of: at).prefix(19) != (item["local"]?.string ?? "").prefix(19)
        }
        return [
            "showLocal": isOther, "showUTC": zone.name != "UTC", "hasPreview": true, "words": json["words"]?.string,
            "nexts": views, "hasNexts": !views.isEmpty,
            "hasNotes": items.contains { $0["note"]?.string != nil }, "previewZone": visit.preferences.zone.name,
        ]
    }

    /// `2026-03-29 03:00 +02:00`, with seconds where there are any.
    static func localText(_ text: String) -> String {
        let time = text.dropFirst(11).prefix(8)
        return "\(text.prefix(10)) \(time.hasSuffix(":00") ? time.prefix(5) : time) \(text.dropFirst(23))"
    }
}

/// Suggestions for fields of time zones; any IANA name is taken.
enum ZoneNames {
    static let common = [
        "UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Bogota",
        "America/Chicago", "America/Denver", "America/Halifax", "America/Los_Angeles", "America/Mexico_City",
        "America/New_York", "America/Sao_Paulo", "America/St_Johns", "America/Toronto", "Asia/Bangkok", "Asia/Dubai",
        "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul", "Asia/Shanghai",
        "Asia/Singapore", "Asia/Tehran", "Asia/Tokyo", "Australia/Adelaide", "Australia/Brisbane", "Australia/Sydney",
        "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Dublin", "Europe/Istanbul", "Europe/Kyiv",
        "Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Rome", "Europe/Stockholm", "Europe/Warsaw",
        "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu",
    ]
}
