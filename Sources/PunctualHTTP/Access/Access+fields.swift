internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension Fields {
    /// The name of a user or service account, in lower case.
    mutating func accountName(_ name: String = "name") -> String? {
        guard let text = string(name, lengths: 1...UserName.most) else { return nil }
        guard let normal = UserName.normal(text) else {
            fault(name, "may hold only A–Z a–z 0–9 and . _ - @ +")
            return nil
        }
        return normal
    }

    /// A password that is shown to be checked.
    mutating func shownPassword(_ name: String = "password") -> String? {
        string(name, lengths: 1...PasswordRules.mostCharacters)
    }

    /// A password that is to be set.
    mutating func newPassword(
        _ name: String = "password", hasSecondFactor: Bool, context: [String]
    ) -> Password? {
        guard let text = shownPassword(name) else { return nil }
        guard let password = Password(text) else {
            fault(name, "is too long")
            return nil
        }
        if let complaint = PasswordRules(hasSecondFactor: hasSecondFactor).fault(of: password, context: context) {
            fault(name, complaint.words)
            return nil
        }
        return password
    }

    /// How much somebody may ask for in an hour; nil when it is missing, null or at fault.
    mutating func tier(_ name: String = "tier") -> CallerTier? {
        if isNull(name) {
            _ = value(name)
            return nil
        }
        guard let word = string(name, lengths: 1...16) else { return nil }
        let tier = CallerTier(rawValue: word)
        if tier == nil { fault(name, "must be one of \"basic\", \"standard\", \"premium\", or null") }
        return tier
    }

    /// The name of a service.
    mutating func service(_ name: String = "service") -> String? { word(name, length: 1...64, extra: "._-") }

    /// A role, a service or `*` for all, and labels.
    mutating func permission() -> Permission? {
        let word = string("role", lengths: 1...16)
        requireGiven("role", word)
        let role = word.flatMap { Role(word: $0) }
        if word != nil, role == nil { fault("role", "must be one of \"viewer\", \"operator\", \"editor\", \"admin\"") }
        let service = string("service", lengths: 1...64)
        requireGiven("service", service)
        if let service, service != "*", !Fields.isWord(service, extra: "._-") {
            fault("service", "must be a service's name, or * for all")
        }
        let labels = strings("labels", most: 32) { name, value in
            (1...63).contains(name.utf8.count) && Fields.isWord(name, extra: "._/-")
                && value.unicodeScalars.count <= 256
                && !value.utf8.contains(0) ? nil : "is no label"
        }
        guard let role, let service else { return nil }
        return Permission(
            role, service: service == "*" ? nil : service,
            labels: Dictionary((labels ?? []).map { ($0.name, $0.value) }) { $1 })
    }

    /// A list of permissions; nil when it is missing or at fault.
    mutating func permissions(_ name: String, most: Int = 50) -> [Permission]? {
        guard let value = value(name, nullIsMissing: false) else { return nil }
        guard let elements = value.array, elements.count <= most else {
            fault(name, "must be an array of at most \(most) permissions")
            return nil
        }
        return elements.enumerated().compactMap { index, element in
            var fields = Fields(element, at: pointer.appending(name).appending(index), into: faults)
            let permission = fields.permission()
            fields.finish()
            return permission
        }
    }

    /// Addresses and ranges.
    mutating func addresses(_ name: String) -> [IPRange]? {
        guard let texts = list(name, counts: 0...100, longest: 64) else { return nil }
        return texts.enumerated().compactMap { index, text in
            let range = IPRange(text)
            if range == nil {
                faults.add(
                    pointer.appending(name).appending(index), "must be an address or a range such as 10.0.0.0/8")
            }
            return range
        }
    }

    /// A user or service account, or a group as well.
    mutating func subject(_ name: String, groups: Bool) -> Subject? {
        guard let text = string(name, lengths: 1...256) else { return nil }
        let subject = Subject(text)
        if case .group = subject, !groups {
            fault(name, "must be user:ID or service_account:ID")
            return nil
        }
        if subject == nil {
            fault(name, "must be user:ID\(groups ? ", service_account:ID or group:NAME" : " or service_account:ID")")
        }
        return subject
    }

    /// When something ends; it must be to come.
    mutating func end(_ name: String, after now: Timestamp) -> Timestamp? {
        guard let end = instant(name, nullable: true) else { return nil }
        if end <= now { fault(name, "must be to come") }
        return end
    }
}

extension PasswordRules.Fault {
    fileprivate var words: String {
        switch self {
        case .tooShort(let fewest): "must have at least \(fewest) characters; a sentence is a good password"
        case .tooLong(let most): "may have at most \(most) characters"
        case .common: "is one of those that are tried first"
        case .contextual(let word): "is little more than \"\(word)\""
        case .monotonous: "is a run or a repetition of a few characters"
        }
    }
}

extension Request {
    /// Reads a body's fields.
    /// - Throws: `Faults` with all that is wrong with them.
    func read<Value>(
        types: [String] = ["application/json"], _ read: (inout Fields) -> Value
    ) async throws -> Value {
        let list = FaultList()
        var fields = Fields(try await requiredJSON(types: types), into: list)
        let value = read(&fields)
        fields.finish()
        try list.throwIfAny()
        return value
    }
}

extension Answer {
    /// A thing with its version as its ETag.
    static func versioned(
        _ json: JSONValue, _ version: Int, _ status: HTTPResponse.Status = .ok, location: String? = nil
    ) -> Response {
        var headers: HTTPFields = [.eTag: "\"\(version)\""]
        if let location { headers[.location] = "\(APIPath.prefix)/\(location)" }
        return self.json(status, headers: headers) { $0.value(json) }
    }

    /// An answer that holds a secret: nobody keeps it.
    static func confidential(
        _ json: JSONValue, _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.cacheControl] = "no-store"
        return self.json(status, headers: headers) { $0.value(json) }
    }

    /// A page of what a store lists by id.
    static func page<Item>(
        of items: [Item], _ page: PageRequest, id: (Item) -> Identifier, _ json: (Item) -> JSONValue
    ) -> Response {
        let shown = items.prefix(page.limit).map(json)
        let last = items.count > page.limit ? PageKey(value: nil, id: id(items[page.limit - 1])) : nil
        return self.page(Page(items: shown, next: last), scope: page.scope) { $1.value($0) }
    }
}
