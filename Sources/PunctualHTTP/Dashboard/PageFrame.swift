internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAccess
internal import PunctualJSON
internal import PunctualSchedule

/// What surrounds every page.
struct PageFrame {
    let visit: Visit
    /// What `GET /api/v1/me` says; nil for a stranger's page.
    let who: JSONValue?

    /// An entry of the navigation, shown to who may look at what is behind it.
    private struct Entry {
        let name: String
        let path: String
        let icon: String
        let operation: APIOperation
        /// The letter that leads there after `g`.
        let key: String
        /// Whether there is nothing behind it without access control.
        var needsAccess = false
    }

    private static let entries = [
        Entry(name: "Overview", path: "/", icon: "overview", operation: .whoAmI, key: "o"),
        Entry(name: "Jobs", path: "/jobs", icon: "jobs", operation: .listJobs, key: "j"),
        Entry(name: "Executions", path: "/executions", icon: "executions", operation: .listExecutions, key: "e"),
        Entry(name: "Dead letters", path: "/dead-letters", icon: "dead-letters", operation: .listDeadLetters, key: "d"),
        Entry(name: "Queues", path: "/queues", icon: "queues", operation: .listLimits, key: "q"),
        Entry(name: "Calendar", path: "/calendar", icon: "calendar", operation: .calendar, key: "c"),
        Entry(
            name: "Notifications", path: "/notifications", icon: "notifications", operation: .listNotifications,
            key: "n"),
        Entry(name: "Audit", path: "/audit", icon: "audit", operation: .listAudit, key: "a", needsAccess: true),
        Entry(name: "Access", path: "/access", icon: "access", operation: .whoAmI, key: "k", needsAccess: true),
        Entry(name: "Settings", path: "/settings", icon: "settings", operation: .whoAmI, key: "s"),
    ]

    func response(
        _ template: String, title: String, section: String, status: HTTPResponse.Status = .ok, _ content: View
    ) -> Response {
        let flash = Flash(of: visit.request)
        let html = PageTemplates.shared.render("frame", frame(template, title, section, flash).merging(content))
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "private, no-cache",
            .contentSecurityPolicy: Self.policy, SecurityFields.referrerPolicy: "same-origin",
        ]
        if flash != nil {
            headers.append(HTTPField(name: .setCookie, value: Flash.gone(isSecure: visit.isSecure)))
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    private func frame(_ template: String, _ title: String, _ section: String, _ flash: Flash?) -> View {
        let hasAccess = visit.services.access != nil
        let shown = Self.entries.filter { entry in
            who != nil && visit.may(entry.operation) && (hasAccess || !entry.needsAccess)
        }
        let entries = shown.map { entry -> View in
            [
                "entryName": entry.name, "entryPath": entry.path, "entryIcon": "#i-\(entry.icon)",
                "entryKey": entry.key,
                "isHere": entry.path == section,
            ]
        }
        let themes = Preferences.Theme.allCases.map { theme -> View in
            [
                "themeValue": theme.rawValue, "themeName": theme.rawValue.capitalizedWord,
                "isTheme": theme == visit.preferences.theme,
            ]
        }
        return [
            "template": template, "title": title, "assets": DashboardAssets.path,
            "theme": visit.preferences.theme.rawValue, "themes": themes, "zone": visit.preferences.zone.name,
            "isUTC": visit.preferences.zone.name == "UTC", "entries": entries, "isKnown": who != nil,
            "csrf": who?["csrf_token"]?.string ?? "",
            "userName": visit.services.access == nil ? nil : who?["name"]?.string ?? who?["principal"]?.string,
            "here": visit.request.uri.string, "version": visit.services.version, "nodeID": visit.services.nodeID,
            "flash": flash.map { ["flashText": $0.text, "isBad": $0.kind == .bad] as View },
        ]
    }

    /// Nothing but this installation's own files; no inline script or style.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

extension String {
    /// With a capital first letter.
    var capitalizedWord: String { prefix(1).uppercased() + dropFirst() }
}
