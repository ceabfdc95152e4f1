internal import Foundation

/// The port of the API, asked for before anything is made: a node that cannot listen leaves no database and no key behind.
enum ListeningPort {
    /// - Throws: `SettingsError` when another process listens there. Whatever else is wrong shows when the node listens itself.
    static func check(_ settings: Settings) throws(SettingsError) {
        if settings.httpPort == 0 { return }
        var wanted = addrinfo()
        wanted.ai_socktype = Int32(SOCK_STREAM.rawValue)
        wanted.ai_flags = AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(settings.httpHost, "\(settings.httpPort)", &wanted, &found) == 0, let place = found?.pointee
        else { return }
        defer { freeaddrinfo(found) }
        let descriptor = socket(place.ai_family, place.ai_socktype, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // As the server itself does, so that a node may follow another at once.
        var isOn: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, place.ai_addr, place.ai_addrlen) != 0, errno == EADDRINUSE else { return }
        throw SettingsError(inUse(settings))
    }

    /// What whoever starts the node is told.
    static func inUse(_ settings: Settings) -> String {
        "port \(settings.httpPort) on \(settings.httpHost) is in use; stop the other process or pass --port"
    }
}
