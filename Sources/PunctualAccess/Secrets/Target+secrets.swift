package import PunctualCore
internal import PunctualJSON

extension Target {
    /// The names of the secrets that it refers to.
    /// - Throws: `.malformed`; also for a reference where none may be: in a URL, which is logged, and in a command's arguments,
    ///   which every user of the machine can read.
    package func secretNames() throws(SecretReference.Fault) -> Set<String> {
        var names: Set<String> = []
        for text in openTexts where !(try SecretReference.pieces(of: text).allSatisfy(\.isText)) { throw .malformed }
        _ = try mapTexts { text throws(SecretReference.Fault) in
            for case .reference(let name) in try SecretReference.pieces(of: text) { names.insert(name) }
            return text
        }
        return names
    }

    /// The same for a target that is being written: it may hold nothing either that would be sent as it stands although it was
    /// meant as a reference, as in the name of a body's member.
    /// - Throws: `.malformed`.
    package func writtenSecretNames() throws(SecretReference.Fault) -> Set<String> {
        let names = try secretNames()
        for text in openTexts where SecretReference.isNearlyReference(text) { throw .malformed }
        _ = try mapTexts { text throws(SecretReference.Fault) in
            if SecretReference.isNearlyReference(text) { throw .malformed }
            return text
        }
        let values: [JSONValue] =
            switch self {
            case .http(let target): [target.body]
            case .worker(_, let payload): [payload]
            case .publish(_, _, let message): [message]
            case .command, .noop: []
            }
        for value in values { try value.requirePlainNames() }
        return names
    }

    /// The target with the secrets in place of their references: for an executor alone, never to be stored or logged.
    /// - Parameter secrets: the content of each by name.
    package func resolved(
        with secrets: [String: Redacted<String>]
    ) throws(SecretReference.Fault) -> Redacted<Target> {
        let target = try mapTexts { text throws(SecretReference.Fault) in
            try SecretReference.resolve(text, secrets)
        }
        if case .http(let http) = target, case .http(let before) = self {
            for (header, original) in zip(http.headers, before.headers) where header != original {
                let isFit = header.value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
                guard isFit else { throw .unfit(original.name) }
            }
        }
        return Redacted(target)
    }

    /// Texts that are shown to more than the target itself.
    private var openTexts: [String] {
        switch self {
        case .http(let target): [target.url] + target.headers.map(\.name)
        case .command(let target): target.argv + target.env.keys
        case .worker, .publish, .noop: []
        }
    }

    /// The target with each text that may hold references changed.
    private func mapTexts(
        _ change: (String) throws(SecretReference.Fault) -> String
    ) throws(SecretReference.Fault) -> Target {
        switch self {
        case .http(var target):
            var headers: [HTTPTarget.Header] = []
            for header in target.headers {
                headers.append(HTTPTarget.Header(name: header.name, value: try change(header.value)))
            }
            target.headers = headers
            target.body = try target.body.mapStrings(change)
            return .http(target)
        case .command(var target):
            for (name, value) in target.env { target.env[name] = try change(value) }
            return .command(target)
        case .worker(let task, let payload): return .worker(task: task, payload: try payload.mapStrings(change))
        case .publish(let broker, let destination, let message):
            return .publish(broker: broker, destination: destination, message: try message.mapStrings(change))
        case .noop: return .noop
        }
    }
}

extension SecretReference.Piece {
    fileprivate var isText: Bool { if case .text = self { true } else { false } }
}

extension JSONValue {
    /// - Throws: `.malformed` when the name of a member is, or holds, a reference or nearly one.
    fileprivate func requirePlainNames() throws(SecretReference.Fault) {
        switch self {
        case .array(let elements): for element in elements { try element.requirePlainNames() }
        case .object(let object):
            for member in object.members {
                let isPlain = try SecretReference.pieces(of: member.name).allSatisfy(\.isText)
                if !isPlain || SecretReference.isNearlyReference(member.name) { throw .malformed }
                try member.value.requirePlainNames()
            }
        case .null, .bool, .int, .number, .string: break
        }
    }

    /// The value with each string in it changed; member names stay.
    fileprivate func mapStrings(
        _ change: (String) throws(SecretReference.Fault) -> String
    ) throws(SecretReference.Fault) -> JSONValue {
        switch self {
        case .string(let text): return .string(try change(text))
        case .array(let elements):
            var changed: [JSONValue] = []
            for element in elements { changed.append(try element.mapStrings(change)) }
            return .array(changed)
        case .object(let object):
            var changed = object
            for member in object.members { changed[member.name] = try member.value.mapStrings(change) }
            return .object(changed)
        case .null, .bool, .int, .number: return self
        }
    }
}
