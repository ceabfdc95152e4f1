internal import Foundation
internal import PunctualObservability

extension Settings {
    /// Where reports of errors go.
    struct Errors: Sendable, Equatable {
        /// nil means nowhere.
        var address: ErrorAddress?
        /// What the installation is, such as `production`; nil names nothing.
        var environment: String?
    }

    static let errorKeys: Set = ["errors.dsn", "errors.environment"]

    /// Texts that no log may show, whatever stands around them.
    var secrets: [String] {
        var secrets = [databaseURL, brokers.redisURL ?? "", brokers.rabbitMQURL ?? ""].flatMap(Self.passwords)
        secrets += databaseReplicas.flatMap(Self.passwords)
        secrets += webhookSecret.split { $0 == "," || $0.isWhitespace }.map(String.init)
        secrets += (access.masterKey ?? "").split(separator: ",").map(String.init)
        secrets += tracing.headers.map(\.value)
        return secrets
    }

    /// The password of an address, as it is written and as it is meant.
    private static func passwords(of url: String) -> [String] {
        guard let start = url.range(of: "://")?.upperBound, let at = url[start...].lastIndex(of: "@"),
            let colon = url[start..<at].firstIndex(of: ":")
        else { return [] }
        let password = String(url[url.index(after: colon)..<at])
        return [password, password.removingPercentEncoding ?? password]
    }
}

extension Settings.Errors {
    /// The settings with what is given in place of what is not.
    /// - Parameter text: the value of a key; nil when it is not given.
    func reading(_ text: (String) -> String?) throws(SettingsError) -> Settings.Errors {
        var result = self
        if let dsn = text("errors.dsn") {
            guard let address = ErrorAddress(dsn: dsn) else {
                throw SettingsError("errors.dsn: must be a DSN such as https://KEY@errors.example.com/1")
            }
            result.address = address
        }
        if let name = text("errors.environment") {
            guard (1...64).contains(name.utf8.count), !name.contains(where: { $0.isNewline || $0 == "/" || $0 == " " })
            else { throw SettingsError("errors.environment: must be 1 to 64 characters without spaces and slashes") }
            result.environment = name
        }
        return result
    }
}
