internal import HTTPTypes
internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON

/// Where a browser gets its session: by password and code, or at an outside provider.
struct SignInPage {
    func show(_ visit: Visit) async throws -> Response {
        // An installation without access control has nobody to sign in.
        if visit.services.access == nil { return visit.goOn(to: "/") }
        return try await page(visit)
    }

    func send(_ visit: Visit) async throws -> Response {
        if visit.services.access == nil { return visit.goOn(to: "/") }
        var body: JSONValue = ["cookie": true]
        for name in ["name", "password", "code"] {
            guard let value = visit.form[name] else { continue }
            body = body.merging([name: .string(value)])
        }
        let answer = try await visit.call(InnerCall(.signIn, body: body))
        guard answer.isGood, let cookie = answer.headers[.setCookie] else {
            return try await page(visit, refused: answer)
        }
        return visit.goOn(to: visit.returnPath(or: "/"), cookies: [cookie])
    }

    func leave(_ visit: Visit) async throws -> Response {
        if visit.services.access == nil { return visit.goOn(to: "/") }
        let answer = try await visit.call(InnerCall(.signOut))
        guard answer.isGood else { throw PageRefusal(answer) }
        return visit.goOn(to: "/sign-in", cookies: [answer.headers[.setCookie]].compactMap { $0 })
    }

    private func page(_ visit: Visit, refused: InnerAnswer? = nil) async throws -> Response {
        let place = visit.returnPath(or: "/")
        let providers = try await visit.read(InnerCall(.listProviders))["items"]?.array ?? []
        // Only until somebody has been there.
        let isNew = try await visit.call(InnerCall(.setupState)).json["needed"]?.bool ?? false
        let needsCode = refused?.json["type"]?.string?.hasSuffix("#second_factor_required") ?? false
        let message = refused.map { refused in
            needsCode ? "Enter the code of your authenticator app, and the password once more." : refused.detail
        }
        return PageFrame(visit: visit, who: nil).response(
            "sign-in", title: "Sign in", section: "", status: .init(code: refused?.status ?? 200),
            [
                "isBare": true, "returnTo": place, "message": message, "needsCode": needsCode,
                "name": visit.form["name"],
                "providers": providers.map { provider -> View in
                    [
                        "providerName": provider["display_name"]?.string,
                        "providerPath":
                            "\(provider["login_path"]?.string ?? "")?return_to=\(FormFields.encoded(place))",
                    ]
                },
                "hasProviders": !providers.isEmpty, "isNew": isNew,
            ])
    }
}
