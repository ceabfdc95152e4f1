public import PunctualJSON

extension Permission {
    /// `{"role": "operator", "service": "billing", "labels": {…}}`; the service `*` means all.
    public var json: JSONValue {
        var members = JSONObject()
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) { members[name] = .string(value) }
        return ["role": .string(role.word), "service": .string(service ?? "*"), "labels": .object(members)]
    }

    /// Reads `json`; nil for anything else, other members included. `labels` may be missing, `service` may not.
    public init?(json: JSONValue) {
        guard let object = json.object, object.names.allSatisfy({ ["role", "service", "labels"].contains($0) }),
            let role = json["role"]?.string.flatMap({ Role(word: $0) }), let service = json["service"]?.string,
            !service.isEmpty
        else { return nil }
        var labels: [String: String] = [:]
        if let given = json["labels"] {
            guard let members = given.object?.members else { return nil }
            for member in members {
                guard let value = member.value.string else { return nil }
                labels[member.name] = value
            }
        }
        self.init(role, service: service == "*" ? nil : service, labels: labels)
    }
}
