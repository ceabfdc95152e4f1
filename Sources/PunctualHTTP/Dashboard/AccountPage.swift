internal import HTTPTypes
internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON

/// `/access`: what is one's own, and nobody else's.
enum AccountPage {
    static func show(_ visit: Visit) async throws -> Response { try await page(visit) }

    private static let everywhere = Question(
        title: "Sign out everywhere?",
        words: "Every browser and program that is signed in as you has to sign in again, this one too. Keys stay good.",
        button: "Sign out everywhere")

    private static func page(_ visit: Visit, refused: String? = nil, status: Int = 200) async throws -> Response {
        try AccessTabs.require(visit)
        let me = try await visit.read(InnerCall(.whoAmI))
        let permissions = (me["permissions"]?.array ?? []).map(AccessWording.permission)
        // Who signs in at a provider, and what is no user, has neither.
        let hasPassword = me["has_password"]?.bool == true && visit.may(.changePassword)
        return try await visit.page(
            "account", title: "My account", section: "/access", status: .init(code: status),
            AccessTabs.view(visit, here: "/access").merging([
                "myName": me["name"]?.string ?? me["principal"]?.string, "mySubject": me["subject"]?.string,
                "myCredential": me["credential"]?.string.map(SubjectNames.brief),
                "myRoles": permissions.map { ["myRole": $0] as View }, "hasRoles": !permissions.isEmpty,
                "hasPassword": hasPassword, "hasFactor": me["second_factor"]?.bool == true,
                "fewest": me["second_factor"]?.bool == true ? 8 : 15,
                "isSession": visit.context.principal.family != nil, "everywhereAsk": everywhere.view,
                "refusedWords": refused,
            ]))
    }

    /// `POST /access/password`: every sign-in ends with the old one, this one too.
    static func changePassword(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        guard visit.form["password"] == visit.form["again"] else {
            return try await page(
                visit, refused: "The new password was typed in two ways; nothing was changed.", status: 422)
        }
        let answer = try await visit.call(
            InnerCall(
                .changePassword,
                body: [
                    "current_password": .string(visit.form["current"] ?? ""),
                    "password": .string(visit.form["password"] ?? ""),
                ]))
        guard answer.isGood else { return try await page(visit, refused: answer.complaint, status: answer.status) }
        return visit.goOn(
            to: "/sign-in",
            saying: Flash(.good, "The password is changed, and every sign-in has ended. Sign in with the new one."))
    }

    /// `POST /access/sign-out`
    static func signOutEverywhere(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        if let page = try await everywhere.page(visit, section: "/access", sending: []) { return page }
        let answer = try await visit.call(InnerCall(.signOutEverywhere))
        guard answer.isGood else { return visit.goOn(to: "/access", saying: answer.flash("")) }
        return visit.goOn(to: "/sign-in", saying: Flash(.good, "Every sign-in has ended, this one too."))
    }

    /// `POST /access/second-factor`: begin, confirm, remove.
    static func secondFactor(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        switch visit.form["action"] {
        case "enrol": return try await enrol(visit)
        case "confirm": return try await confirm(visit)
        case "remove":
            let answer = try await visit.call(
                InnerCall(
                    .removeSecondFactor,
                    body: [
                        "password": .string(visit.form["password"] ?? ""),
                        "code": .string((visit.form["code"] ?? "").trimmed),
                    ]))
            guard answer.isGood else { return try await page(visit, refused: answer.complaint, status: answer.status) }
            return visit.goOn(
                to: "/access", saying: Flash(.good, "The second factor is removed; the password alone is enough now."))
        default: return visit.goOn(to: "/access", saying: Flash(.bad, "There is no such action."))
        }
    }

    private static func enrol(_ visit: Visit) async throws -> Response {
        let answer = try await visit.call(
            InnerCall(.enrolSecondFactor, body: ["password": .string(visit.form["password"] ?? "")]))
        guard answer.isGood, let uri = answer.json["uri"]?.string, let secret = answer.json["secret"]?.string else {
            return try await page(visit, refused: answer.complaint, status: answer.status)
        }
        let code = QRCode(uri)
        return try await confirmation(
            visit,
            [
                "factorURI": uri, "factorSecret": grouped(secret),
                "qrPath": code?.path, "qrSize": code.map { $0.size + 2 * QRCode.border },
            ])
    }

    private static func confirm(_ visit: Visit) async throws -> Response {
        let answer = try await visit.call(
            InnerCall(.confirmSecondFactor, body: ["code": .string((visit.form["code"] ?? "").trimmed)]))
        // The secret is not shown again: the app has it, or one begins anew.
        if answer.status == 422 {
            let view: View = [
                "codeFault":
                    "That is not the code of this moment. Wait for the next one, and see that the clock of the telephone is right."
            ]
            return try await confirmation(visit, view, status: .unprocessableContent)
        }
        guard answer.isGood else { return try await page(visit, refused: answer.complaint, status: answer.status) }
        let codes = (answer.json["recovery_codes"]?.array ?? []).compactMap(\.string)
        return try await ShownOnce.page(
            visit, title: "Recovery codes",
            words:
                "The second factor is on. Each of these codes stands in for the app once: print them, or keep them where you keep passwords.",
            secrets: codes.enumerated().map { ("Code \($0.offset + 1)", $0.element) }, section: "/access",
            onTo: "/access")
    }

    private static func confirmation(
        _ visit: Visit, _ view: View, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        var response = try await visit.page(
            "second-factor", title: "Second factor", section: "/access", status: status, view)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// In groups of four, as people type it.
    private static func grouped(_ text: String) -> String {
        stride(from: 0, to: text.count, by: 4).map { String(text.dropFirst($0).prefix(4)) }.joined(separator: " ")
    }
}

extension QRCode {
    /// The light border that readers ask for, in modules.
    static let border = 4

    /// Its dark modules as the data of an SVG path, row by row, with the border before them.
    var path: String {
        var path = ""
        for y in 0..<size {
            var x = 0
            while x < size {
                let start = x
                while x < size, self[x, y] { x += 1 }
                if x > start { path += "M\(start + Self.border) \(y + Self.border)h\(x - start)v1h-\(x - start)z" }
                x += 1
            }
        }
        return path
    }
}
