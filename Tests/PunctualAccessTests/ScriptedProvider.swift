import PunctualAccess
import PunctualJSON
import PunctualSchedule
import Synchronization

/// A provider that answers what it is told to, and counts what it is asked.
final class ScriptedProvider: ProviderCalls {
    static let issuer = "https://id.example.com"

    struct Script: Sendable {
        var document: JSONValue = [
            "issuer": "https://id.example.com", "authorization_endpoint": "https://id.example.com/authorize",
            "token_endpoint": "https://id.example.com/token", "jwks_uri": "https://id.example.com/jwks",
        ]
        var keys: [JSONValue] = []
        var cacheControl: String?
        /// In place of an answer with keys.
        var fault: ProviderFault?
        var token = ProviderReply(status: 500, body: [])
    }

    let script: Mutex<Script>
    private let asked = Mutex<[String]>([])
    private let forms = Mutex<[String]>([])

    init(_ script: Script) { self.script = Mutex(script) }

    /// How often an address with that ending was asked for.
    func count(_ ending: String) -> Int { asked.withLock { $0.count { $0.hasSuffix(ending) } } }

    /// What the token endpoint was sent.
    var posted: [String] { forms.withLock { $0 } }

    func get(_ url: String) async throws(ProviderFault) -> ProviderReply {
        asked.withLock { $0.append(url) }
        let script = script.withLock { $0 }
        if url == "https://id.example.com/.well-known/openid-configuration" {
            return ProviderReply(status: 200, body: Array(script.document.description.utf8))
        }
        guard url == "https://id.example.com/jwks" else { throw .status(404) }
        if let fault = script.fault { throw fault }
        let keys: JSONValue = ["keys": .array(script.keys)]
        return ProviderReply(status: 200, cacheControl: script.cacheControl, body: Array(keys.description.utf8))
    }

    func post(
        _ url: String, form: String, authorization: Redacted<String>?
    ) async throws(ProviderFault) -> ProviderReply {
        forms.withLock { $0.append("\(form) \(authorization?.reveal() ?? "-")") }
        return script.withLock { $0.token }
    }
}
