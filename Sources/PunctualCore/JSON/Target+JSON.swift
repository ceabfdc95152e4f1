public import PunctualJSON

private enum TargetWord: String, CaseIterable { case http, command, worker, publish, noop }
private enum MethodWord: String, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
}

extension Target {
    /// The most bytes of JSON in a body, payload or message.
    public static let payloadLimit = 256 * 1024

    /// Reads a target and notes what is wrong; nil when there is not enough to make one.
    public init?(fields: inout Fields) {
        let type: TargetWord? = fields.choice("type")
        fields.requireGiven("type", type)
        switch type {
        case .http: self.init(http: &fields)
        case .command: self.init(command: &fields)
        case .worker:
            let task = fields.word("task", length: 1...128, extra: "._/-")
            fields.requireGiven("task", task)
            let payload = Target.payload("payload", &fields)
            guard let task else { return nil }
            self = .worker(task: task, payload: payload)
        case .publish:
            let broker = fields.string("broker", lengths: 1...64)
            fields.requireGiven("broker", broker)
            let destination = fields.string("destination", lengths: 1...512)
            fields.requireGiven("destination", destination)
            let message = Target.payload("message", &fields)
            guard let broker, let destination else { return nil }
            self = .publish(broker: broker, destination: destination, message: message)
        case .noop: self = .noop
        case nil:
            for name in [
                "method", "url", "headers", "body", "expect_status", "argv", "env", "directory", "task", "payload",
                "broker", "destination", "message",
            ] { _ = fields.value(name) }
            return nil
        }
    }

    private static func payload(_ name: String, _ fields: inout Fields) -> JSONValue {
        let value = fields.value(name, nullIsMissing: false) ?? .null
        let size = value.string?.utf8.count ?? value.description.utf8.count
        if size > payloadLimit { fields.fault(name, "is \(size) bytes; at most \(payloadLimit) are allowed") }
        return value
    }

    private init?(http fields: inout Fields) {
        let method: MethodWord? = fields.choice("method")
        let url = fields.string("url", lengths: 1...2048)
        fields.requireGiven("url", url)
        if let url, let complaint = HTTPTarget.complaint(about: url) { fields.fault("url", complaint) }
        let headers = fields.strings("headers", most: 64) { name, value in
            HTTPTarget.complaint(header: name, value: value)
        }
        let body = Target.payload("body", &fields)
        let expected = fields.string("expect_status", lengths: 3...256)
        if let expected, HTTPTarget.statusRanges(expected) == nil {
            fields.fault("expect_status", "must list statuses from 100 to 599, such as \"200-299,302\"")
        }
        guard let url else { return nil }
        self = .http(
            HTTPTarget(
                method: method?.rawValue ?? "POST", url: url,
                headers: headers?.map { HTTPTarget.Header(name: $0.name, value: $0.value) } ?? [], body: body,
                expectStatus: expected ?? "200-299"))
    }

    private init?(command fields: inout Fields) {
        let argv = fields.list("argv", counts: 1...256, longest: 4096)
        fields.requireGiven("argv", argv)
        if let argv, argv.first == "" {
            fields.faults.add(fields.pointer.appending("argv").appending(0), "must not be empty")
        }
        let env = fields.strings("env", most: 256) { name, value in
            guard !name.isEmpty, Fields.isWord(name, extra: "_"), !(48...57).contains(name.utf8.first!) else {
                return "must have a name of A–Z a–z 0–9 _ that does not begin with a digit"
            }
            if CommandTarget.isReserved(variable: name) { return "may not be set by a job" }
            if name.utf8.count > 256 || value.utf8.count > 32_768 { return "is too long" }
            return value.utf8.contains(0) ? "must not contain the NUL character" : nil
        }
        let directory = fields.string("directory", lengths: 1...4096, nullable: true)
        if let directory, !directory.hasPrefix("/") { fields.fault("directory", "must be an absolute path") }
        guard let argv, !argv.isEmpty else { return nil }
        self = .command(
            CommandTarget(
                argv: argv,
                env: Dictionary(env?.map { ($0.name, $0.value) } ?? [], uniquingKeysWith: { first, _ in first }),
                directory: directory))
    }

    /// The contract's form.
    public var json: JSONValue {
        switch self {
        case .http(let target):
            var headers = JSONObject()
            for header in target.headers { headers[header.name] = .string(header.value) }
            return [
                "type": "http", "method": .string(target.method), "url": .string(target.url),
                "headers": .object(headers), "body": target.body, "expect_status": .string(target.expectStatus),
            ]
        case .command(let target):
            var env = JSONObject()
            for (name, value) in target.env.sorted(by: { $0.key < $1.key }) { env[name] = .string(value) }
            var object: JSONValue = [
                "type": "command", "argv": .array(target.argv.map(JSONValue.string)), "env": .object(env),
            ]
            if let directory = target.directory { object = object.merging(["directory": .string(directory)]) }
            return object
        case .worker(let task, let payload):
            return ["type": "worker", "task": .string(task), "payload": payload]
        case .publish(let broker, let destination, let message):
            return [
                "type": "publish", "broker": .string(broker), "destination": .string(destination), "message": message,
            ]
        case .noop:
            return ["type": "noop"]
        }
    }
}

extension HTTPTarget {
    /// What is wrong with the text of a URL at first sight; nil when nothing is. Where it may lead is judged by the
    /// egress guard when it is called.
    static func complaint(about url: String) -> String? {
        if url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "\\") }) {
            return "must be plain ASCII without spaces, control characters and backslashes"
        }
        let lower = url.prefix(8).lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://") else {
            return "must begin with http:// or https://"
        }
        let rest = url.dropFirst(lower.hasPrefix("https") ? 8 : 7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if authority.contains("@") { return "must not carry a user name or password" }
        if authority.isEmpty || authority.hasPrefix(":") { return "has no host" }
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return "has an unclosed [ in its host" }
            let tail = authority[authority.index(after: end)...]
            if !tail.isEmpty {
                guard tail.hasPrefix(":") else { return "has text behind the ] of its host" }
                port = tail.dropFirst()
            }
        } else if let colon = authority.firstIndex(of: ":") {
            port = authority[authority.index(after: colon)...]
        }
        if let port, !port.isEmpty {
            guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt16(port), number > 0 else {
                return "has a port that is not from 1 to 65535"
            }
        }
        return nil
    }

    /// Names that Punctual or the connection sets, and that a job must not.
    static let reservedHeaders: Set<String> = [
        "connection", "content-length", "host", "idempotency-key", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "webhook-id", "webhook-signature", "webhook-timestamp", "punctual-attempt",
        "punctual-scheduled-at",
    ]

    static func complaint(header name: String, value: String) -> String? {
        guard !name.isEmpty, name.utf8.count <= 128, Fields.isWord(name, extra: "!#$%&'*+.^_`|~-") else {
            return "has a name that is no HTTP header name"
        }
        if reservedHeaders.contains(name.lowercased()) { return "is set by Punctual; leave it out" }
        guard value.utf8.count <= 8192, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 9 }) else {
            return "must be at most 8192 bytes without control characters"
        }
        return nil
    }
}
