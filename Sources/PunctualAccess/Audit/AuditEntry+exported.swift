package import PunctualCore
package import PunctualJSON
internal import PunctualSchedule

extension AuditEntry {
    /// Reads a line of the log's export.
    /// - Returns: nil for anything else; members that no hash covers make it something else, too.
    package init?(exported json: JSONValue) {
        guard let sequence = json["sequence"]?.int, let at = json["at"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
            let principal = json["principal"]?.string, let operation = json["operation"]?.string,
            let isAllowed = json["allowed"]?.bool, let before = json["before"], let after = json["after"],
            let previous = AuditHead.bytes(json["previous"]?.string), let hash = AuditHead.bytes(json["hash"]?.string)
        else { return nil }
        let draft = AuditDraft(
            at: at, principal: principal, credential: json["credential"]?.string,
            address: json["address"]?.string.flatMap { IPAddress($0) }, operation: operation,
            resource: json["resource"]?.string, service: json["service"]?.string, isAllowed: isAllowed, before: before,
            after: after, requestID: json["request_id"]?.string)
        self.init(sequence: sequence, draft: draft, previous: previous, hash: hash)
        guard exported == json else { return nil }
    }

    /// What is hashed, as it is hashed, with the links of the chain around it: enough to compute every hash anew.
    package var exported: JSONValue {
        var object = JSONObject()
        object["sequence"] = .int(sequence)
        for member in draft.json.object?.members ?? [] { object[member.name] = member.value }
        object["previous"] = .string(AuditHead.hexadecimal(previous))
        object["hash"] = .string(AuditHead.hexadecimal(hash))
        return .object(object)
    }
}

extension AuditHead {
    /// Reads `text`; nil for anything else.
    package init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0, let hash = AuditHead.bytes(parts[1])
        else { return nil }
        self.init(sequence: sequence, hash: hash)
    }

    /// `4711:0a1b…`, for people to put by.
    package var text: String { "\(sequence):\(AuditHead.hexadecimal(hash))" }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The 32 bytes of a hash; nil for anything else.
    static func bytes(_ text: String?) -> [UInt8]? {
        guard let digits = text.map({ Array($0.utf8) }), digits.count == 64 else { return nil }
        let bytes = stride(from: 0, to: 64, by: 2).compactMap { index -> UInt8? in
            guard digits[index] != UInt8(ascii: "+") else { return nil }
            return UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
        }
        return bytes.count == 32 ? bytes : nil
    }
}
