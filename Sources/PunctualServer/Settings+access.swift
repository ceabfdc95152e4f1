internal import PunctualAccess
internal import PunctualCore

extension Settings {
    /// Who may come in, as settings say it.
    struct Access: Sendable, Equatable {
        enum Mode: String, CaseIterable {
            /// Nobody without a credential.
            case required
            /// Whoever reaches the port may do everything; for loopback alone.
            case open
        }

        var mode = Mode.required
        /// Base64 of 32 bytes each, the newest first, with commas between them; nil means the file of the state folder.
        var masterKey: String?
        /// The address at which the installation is reached, and the `iss` of its tokens; nil means the node's own address, and a
        /// name that the database keeps.
        var issuer: String?
        /// From where administration is allowed; empty means from anywhere.
        var adminAddresses: [IPRange] = []
        /// The proxies whose word about the client's address is taken.
        var trustedProxies: [IPRange] = []
        var forwardedField = ClientAddress.Field.xForwardedFor
        /// Outside OpenID providers whose people and tokens are let in.
        var providers: [Provider] = []
        var limits = RequestLimits()
        /// The hourly tier of those who have none of their own; nil means none.
        var tier: CallerTier?
        /// How many requests a caller may have under way; nil means any number.
        var concurrency: Int? = 64
        /// How many waiting claims, event streams and exports; nil means any number.
        var streams: Int? = 32
    }

    static let accessKeys: Set = [
        "access.mode", "access.master_key", "access.issuer", "access.admin_addresses", "http.trusted_proxies",
        "http.forwarded_field", "limits.address", "limits.user", "limits.service", "limits.sign_in", "limits.tier",
        "limits.work", "limits.concurrency", "limits.streams",
    ]
    static let accessLists: Set = ["access.admin_addresses", "http.trusted_proxies"]
}

extension Settings.Access {
    /// The settings with what is given in place of what is not.
    /// - Parameters:
    ///   - text: the value of a key; nil when it is not given.
    ///   - list: the values of a key that may be a list.
    func reading(
        _ text: (String) -> String?, list: (String) -> [String]?
    ) throws(SettingsError) -> Settings.Access {
        var result = self
        if let word = text("access.mode") {
            guard let mode = Mode(rawValue: word) else {
                throw SettingsError("access.mode \"\(word)\": must be required or open")
            }
            result.mode = mode
        }
        if let key = text("access.master_key") {
            guard InstallationKeys(text: key) != nil else {
                // The key itself is not shown.
                throw SettingsError(
                    "access.master_key: must be the Base64 of 32 bytes, as `openssl rand -base64 32` prints it; while a new key "
                        + "replaces an old one, both with a comma between them, the new one first")
            }
            result.masterKey = key
        }
        if let issuer = text("access.issuer") {
            guard issuer.hasPrefix("https://") || issuer.hasPrefix("http://"), !issuer.hasSuffix("/"),
                issuer.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"?#\"<>\\".utf8.contains($0) })
            else {
                throw SettingsError("access.issuer \"\(issuer)\": must be an address such as https://jobs.example.com")
            }
            result.issuer = issuer
        }
        result.adminAddresses = try ranges("access.admin_addresses", list) ?? adminAddresses
        result.trustedProxies = try ranges("http.trusted_proxies", list) ?? trustedProxies
        if let name = text("http.forwarded_field") {
            guard
                let field = ClientAddress.Field.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() })
            else { throw SettingsError("http.forwarded_field \"\(name)\": must be Forwarded or X-Forwarded-For") }
            result.forwardedField = field
        }
        result.limits.address = try rate("address", text, standard: limits.address)
        result.limits.principal = try rate("user", text, standard: limits.principal)
        result.limits.service = try rate("service", text, standard: limits.service)
        if let number = try number("limits.sign_in", text, "a number of sign-ins a minute, or off") {
            result.limits.signIn = number > 0 ? LimitPolicy(name: "sign-in", .window(quota: number, seconds: 60)) : nil
        }
        if let rate = try number("limits.work", text, "a number of work calls a second, or off") {
            result.limits.work = rate > 0 ? RequestLimits.Work(rate: rate) : nil
        }
        let wanted = "how many a caller may have under way, or off"
        if let most = try number("limits.concurrency", text, wanted) { result.concurrency = most > 0 ? most : nil }
        if let most = try number("limits.streams", text, wanted) { result.streams = most > 0 ? most : nil }
        if let word = text("limits.tier") {
            result.tier = CallerTier(rawValue: word)
            guard result.tier != nil || word == "off" else {
                throw SettingsError("limits.tier \"\(word)\": must be basic, standard, premium or off")
            }
        }
        return result
    }

    /// - Throws: `SettingsError` for providers that would be of no use, or stand for this installation itself.
    func checkProviders() throws(SettingsError) {
        guard let provider = providers.first else { return }
        if mode == .open { throw SettingsError("access.providers \(provider.name): access.mode is open") }
        if let provider = providers.first(where: { $0.issuer == issuer }) {
            throw SettingsError(
                "access.providers \(provider.name): its issuer is access.issuer, this installation itself")
        }
    }

    private func ranges(
        _ key: String, _ list: (String) -> [String]?
    ) throws(SettingsError) -> [IPRange]? {
        guard let texts = list(key) else { return nil }
        var ranges: [IPRange] = []
        for text in texts {
            guard let range = IPRange(text) else {
                throw SettingsError("\(key) \"\(text)\": must be an address or a range such as 10.0.0.0/8")
            }
            ranges.append(range)
        }
        return ranges
    }

    private func rate(
        _ name: String, _ text: (String) -> String?, standard: LimitPolicy?
    ) throws(SettingsError) -> LimitPolicy? {
        guard let rate = try number("limits.\(name)", text, "a number of requests a second, or off") else {
            return standard
        }
        return rate > 0 ? LimitPolicy(name: name, .rate(rate, burst: 2, seconds: 10)) : nil
    }

    /// 0 for `off`; nil when the key is not given.
    private func number(
        _ key: String, _ text: (String) -> String?, _ wanted: String
    ) throws(SettingsError) -> Int? {
        guard let word = text(key) else { return nil }
        if word == "off" { return 0 }
        guard let number = Int(word), (1...1_000_000).contains(number) else {
            throw SettingsError("\(key) \"\(word)\": must be \(wanted)")
        }
        return number
    }
}
