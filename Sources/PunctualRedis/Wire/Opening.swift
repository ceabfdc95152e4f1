internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Connects and is let in.
struct Opening: Sendable {
    /// What a connection is for.
    enum Role: Sendable, Hashable {
        /// - Parameter isChecked: whether a server that is a replica by now is refused.
        case master(isChecked: Bool)
        case replica
        case sentinel
    }

    let settings: RedisSettings
    /// nil means no TLS.
    private let tls: NIOSSLContext?

    /// - Throws: `.settings` when the authorities cannot be read.
    init(_ settings: RedisSettings) throws(RedisError) {
        self.settings = settings
        guard let wanted = settings.tls else {
            tls = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        switch wanted.verification {
        case .full: configuration.certificateVerification = .fullVerification
        case .ca: configuration.certificateVerification = .noHostnameVerification
        case .none: configuration.certificateVerification = .none
        }
        if let path = wanted.authority {
            do {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            } catch {
                throw RedisError(
                    .settings,
                    "the authorities in \(path) cannot be read; ca names a PEM file that this process may read")
            }
        }
        do {
            tls = try NIOSSLContext(configuration: configuration)
        } catch {
            throw RedisError(.settings, "TLS cannot be set up: \(error)")
        }
    }

    /// - Returns: a connection that takes commands, in the right database.
    /// - Throws: `.unavailable` with what to do.
    func open(_ host: RedisHost, as role: Role, on loop: any EventLoop) async throws(RedisError) -> Wire {
        let wire = Wire(to: host, on: loop, settings.parser)
        let deadline = NIODeadline.now() + TimeAmount(settings.openLimit)
        let tls = tls
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(settings.openLimit))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        // No name is sent with an address, as the standard says; the certificate must have the address
                        // then.
                        let name = host.isAddress ? nil : host.name
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    try channel.pipeline.syncOperations.addHandler(wire)
                }
            }
        do {
            _ = try await bootstrap.connect(host: host.name, port: host.port).get()
        } catch {
            loop.execute { wire.close(.closed) }
            throw RedisError(.unavailable, "\(host): \(Opening.words(error))")
        }
        do throws(RedisError) {
            try await enter(wire, host, as: role, by: deadline)
            return wire
        } catch {
            loop.execute { wire.close(error) }
            if error.kind == .cancelled { throw error }
            throw RedisError(.unavailable, Opening.advice(error, host, isSecure: self.tls != nil), code: error.code)
        }
    }

    private func enter(
        _ wire: Wire, _ host: RedisHost, as role: Role, by deadline: NIODeadline
    ) async throws(RedisError) {
        let credential = role == .sentinel ? settings.sentinelCredential : settings.credential
        var hello: [RedisCommand.Argument] = [3]
        if let credential {
            hello += ["AUTH", .text(credential.user ?? "default"), .text(credential.password)]
        }
        let answer = try await wire.run([RedisCommand("HELLO", hello)], by: deadline)[0]
        var isMaster: Bool?
        if case .refusal(let error) = answer {
            // Servers before Redis 6 do not know it, and a proxy may not take it.
            guard error.code == "NOPROTO" || error.message.contains("unknown command") else { throw error }
            if let credential {
                let words = [credential.user, credential.password].compactMap { $0.map(RedisCommand.Argument.text) }
                try await run(RedisCommand("AUTH", words), wire, deadline)
            }
        } else {
            isMaster = answer.value("role").map { $0.string == "master" }
        }
        switch role {
        case .sentinel: return
        case .replica: try await run(RedisCommand("READONLY"), wire, deadline)
        case .master(let isChecked):
            if isChecked, isMaster == nil {
                isMaster = try await run(RedisCommand("ROLE"), wire, deadline).items?.first?.string == "master"
            }
            if isChecked, isMaster != true {
                throw RedisError(.unavailable, "it is a replica and not the master", code: "READONLY")
            }
        }
        if settings.database != 0 {
            try await run(RedisCommand("SELECT", .integer(settings.database)), wire, deadline)
        }
        // For who looks at CLIENT LIST; a user may lack the right.
        _ = try await wire.run([RedisCommand("CLIENT", "SETNAME", "punctual")], by: deadline)
    }

    @discardableResult
    private func run(
        _ command: RedisCommand, _ wire: Wire, _ deadline: NIODeadline
    ) async throws(RedisError) -> RedisValue {
        let answer = try await wire.run([command], by: deadline)[0]
        if case .refusal(let error) = answer { throw error }
        return answer
    }

    /// What went wrong while connecting, in words.
    static func words(_ error: any Error) -> String {
        switch error {
        case let error as ChannelError where error == .connectTimeout(.zero):
            return "no connection in time; check host and port, and the network between"
        case let error as NIOConnectionError:
            if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
                return "the name cannot be looked up; check the host"
            }
            let texts = Set(error.connectionErrors.map { words($0.error) })
            return texts.sorted().joined(separator: "; ")
        case let error as IOError:
            let text =
                error.errnoCode == ECONNREFUSED ? "connection refused" : "\(String(cString: strerror(error.errnoCode)))"
            return "\(text); check host and port, and that the server runs"
        case is NIOSSLExtraError, is NIOSSLError, is BoringSSLError:
            let text = "\(error)"
            if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("failedToVerifyCertificate")
                || text.contains("Hostname")
            {
                return "the certificate is not good for this host; check ca and verify in the URL (\(text.prefix(200)))"
            }
            return "no TLS: \(text.prefix(200)); check that this port of the server speaks it"
        default:
            if case ChannelError.connectTimeout = error {
                return "no connection in time; check host and port, and the network between"
            }
            return "\(error)"
        }
    }

    private static func advice(_ error: RedisError, _ host: RedisHost, isSecure: Bool) -> String {
        let advice =
            switch error.code {
            // Each side waits for the other to speak, or hears what it cannot read.
            case "" where isSecure && error.kind == .late:
                "check that this port speaks TLS; without it the URL begins with redis in place of rediss"
            case "" where !isSecure && (error.kind == .lost || error.kind == .unreadable):
                "if this port speaks TLS, write rediss in place of redis in the URL"
            case "WRONGPASS": "check user and password in the URL"
            case "NOAUTH": "put a password into the URL"
            case "NOPERM": "grant the user the right (ACL SETUSER)"
            default: ""
            }
        let text = error.message.hasPrefix("\(host)") ? error.message : "\(host): \(error.message)"
        return advice.isEmpty ? text : "\(text); \(advice)"
    }
}

extension RedisHost {
    var isAddress: Bool { (try? SocketAddress(ipAddress: name, port: 0)) != nil }  // A name is no fault here.
}
