internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualCore

/// Keeps other sites' pages out of an installation that is open to whoever is on this machine.
///
/// A browser on it runs pages of strangers too, and they reach loopback: by a name of theirs that they point there once the page is loaded (DNS
/// rebinding), or by a form that is sent across origins. So the host that is called must be this machine by name, and an
/// origin that the browser tells must be the same or named in the settings. Programs are none the wiser: they call loopback, and tell no origin.
package struct LocalDoor: Sendable {
    private let origins: Set<String>

    /// - Parameter origins: those whose pages may call the API, as browsers write them.
    package init(origins: some Sequence<String>) { self.origins = Set(origins) }

    /// - Throws: `Problem` 403 for a request by another site's page.
    func check(_ request: Request) throws {
        // Without one it is a program of HTTP/1.0: browsers always tell it.
        let host = request.head.authority?.lowercased()
        if let host, !Self.isLoopback(host) {
            throw Problem(
                .hostNotAllowed,
                "An installation without access control answers on this machine alone, to localhost, 127.0.0.1 or [::1]."
            )
        }
        guard let origin = request.headers[.origin], !origins.contains(origin) else { return }
        let place = origin.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last
        guard let place, let host, place.lowercased() == host else {
            throw Problem(
                .forbidden, "Pages of this origin may not call the API; http.cors.origins names those that may.")
        }
    }

    /// Whether the host, with or without a port, can be no other machine whatever a name server says.
    private static func isLoopback(_ authority: String) -> Bool {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]"), isPort(authority[authority.index(after: end)...]) else {
                return false
            }
            return IPAddress(authority[..<end].dropFirst())?.isLoopback ?? false
        }
        let name = authority.prefix { $0 != ":" }
        guard isPort(authority[name.endIndex...]) else { return false }
        return name == "localhost" || (IPAddress(name)?.isLoopback ?? false)
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || (text.hasPrefix(":") && text.utf8.dropFirst().allSatisfy { (48...57).contains($0) })
    }
}
