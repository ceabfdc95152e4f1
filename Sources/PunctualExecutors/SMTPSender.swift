internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
package import PunctualCore
internal import PunctualSchedule

/// Why a mail did not go.
package struct SMTPFault: Error, Hashable, Sendable {
    package let text: String
    /// False when another try cannot help.
    package let isRetryable: Bool

    init(_ text: String, isRetryable: Bool = true) {
        self.text = text
        self.isRetryable = isRetryable
    }
}

/// A receiver whom a server that took the mail for others refused.
package struct SMTPRefusal: Hashable, Sendable {
    package let address: String
    package let fault: SMTPFault
}

/// Hands mails to a submission server (RFC 5321, 3207, 4954), held to harmless addresses as calls are.
package struct SMTPSender: Sendable {
    private let egress: EgressGuard
    private static let patience = TimeAmount.seconds(60)

    package init(egress: EgressGuard) { self.egress = egress }

    /// Tries once; one connection for each mail.
    /// - Parameter turn: from 1; a host with several addresses is called at another one each turn.
    /// - Returns: who of its receivers was refused while others were not; a fault when nobody has it.
    package func send(
        _ mail: Mail, by server: MailServer, turn: Int = 1
    ) async -> Result<[SMTPRefusal], SMTPFault> {
        do {
            // What a store or a secret brings is no more to be trusted than what the API was given.
            for address in mail.to + [mail.from] where !MailServer.isAddress(address) {
                throw SMTPFault("\"\(address)\" is no plain address", isRetryable: false)
            }
            let isLiteral = server.host.contains(":")
            let host = isLiteral ? "[\(server.host)]" : server.host
            let place: EgressGuard.Destination
            do throws(EgressGuard.Refusal) {
                place = try await egress.vet("https://\(host):\(server.port)/", turn: turn)
            } catch { throw SMTPFault(error.description, isRetryable: error.isRetryable) }
            let end = SMTPEnd()
            let channel = try await connect(place, server, end)
            let limit = channel.eventLoop.scheduleTask(in: Self.patience) {
                end.came(by: SMTPFault("the server is too slow"))
                channel.close(promise: nil)
            }
            defer {
                limit.cancel()
                channel.close(promise: nil)
            }
            return .success(
                try await withTaskCancellationHandler {
                    try await talk(SMTPTalk(channel, end: end), mail, server, name: place.host)
                } onCancel: {
                    channel.close(promise: nil)
                })
        } catch let fault as SMTPFault {
            return .failure(fault)
        } catch {
            return .failure(SMTPFault("\(server.host): \(ConnectionWords.words(for: error))"))
        }
    }

    private func connect(
        _ place: EgressGuard.Destination, _ server: MailServer, _ end: SMTPEnd
    ) async throws -> any Channel {
        let tls = server.security == .tls ? try handler(place.host) : nil
        let address = try SocketAddress(ipAddress: "\(place.address)", port: server.port)
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(tls.value) }
                    try channel.pipeline.syncOperations.addHandler(SMTPReplies(end: end))
                }
            }.connect(to: address).get()
    }

    private func handler(_ host: String) throws -> TLSHandler {
        var configuration = egress.tls
        configuration.minimumTLSVersion = .tlsv12
        let context = try NIOSSLContext(configuration: configuration)
        // A name is checked; of an address, that the certificate is for it.
        return TLSHandler(
            value: try NIOSSLClientHandler(context: context, serverHostname: IPAddress(host) == nil ? host : nil))
    }

    // MARK: Talking

    private func talk(
        _ talk: SMTPTalk, _ mail: Mail, _ server: MailServer, name: String
    ) async throws -> [SMTPRefusal] {
        _ = try await talk.reply(220)
        var offers = try await talk.hello()
        if server.security == .starttls {
            guard offers.contains("STARTTLS") else {
                throw SMTPFault("\(server.host) offers no STARTTLS; nothing was sent", isRetryable: false)
            }
            _ = try await talk.say("STARTTLS", 220)
            try await talk.upgrade(handler(name))
            offers = try await talk.hello()
        }
        if let user = server.user, let password = server.password {
            guard server.security != .none else {
                throw SMTPFault("a password is not sent without TLS", isRetryable: false)
            }
            try await signIn(talk, user, password, offers)
        }
        _ = try await talk.say("MAIL FROM:<\(mail.from)>", 250)
        var refused: [SMTPRefusal] = []
        for address in mail.to {
            do { _ = try await talk.say("RCPT TO:<\(address)>", 250) } catch let fault as SMTPFault {
                refused.append(SMTPRefusal(address: address, fault: fault))
            }
        }
        // Those who are taken get it; a list with one dead address is not to go silent. When nobody is, another try helps
        // if it helps one of them.
        if refused.count == mail.to.count, let fault = refused.first(where: \.fault.isRetryable) ?? refused.last {
            throw fault.fault
        }
        _ = try await talk.say("DATA", 354)
        _ = try await talk.send(mail.data, 250)
        _ = try? await talk.say("QUIT", 221)  // It has the mail already.
        return refused
    }

    private func signIn(_ talk: SMTPTalk, _ user: String, _ password: String, _ offers: Set<String>) async throws {
        func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        do {
            if offers.contains("AUTH PLAIN") {
                _ = try await talk.say("AUTH PLAIN \(base64("\0\(user)\0\(password)"))", 235)
            } else if offers.contains("AUTH LOGIN") {
                _ = try await talk.say("AUTH LOGIN", 334)
                _ = try await talk.say(base64(user), 334)
                _ = try await talk.say(base64(password), 235)
            } else {
                throw SMTPFault("the server offers neither AUTH PLAIN nor AUTH LOGIN", isRetryable: false)
            }
        } catch let fault as SMTPFault where fault.text.hasPrefix("535") {
            throw SMTPFault("the server takes neither user nor password: \(fault.text)", isRetryable: false)
        }
    }
}
