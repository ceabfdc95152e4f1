internal import NIOSSL
internal import Synchronization

/// Why a certificate and its key cannot serve.
package struct CertificateFault: Error, Equatable, CustomStringConvertible {
    package let description: String
}

/// The certificate that new connections are shown; it may be replaced at any time.
package final class ServerCertificate: Sendable {
    private struct State {
        var certificate: [UInt8]
        var key: [UInt8]
        var context: NIOSSLContext
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - certificate: the chain as PEM, the server's own first.
    ///   - key: its private key as PEM, without a passphrase.
    /// - Throws: `CertificateFault` when one of them cannot be read, or they do not belong together.
    package init(certificate: [UInt8], key: [UInt8]) throws(CertificateFault) {
        let context = try ServerCertificate.context(certificate, key)
        state = Mutex(State(certificate: certificate, key: key, context: context))
    }

    /// Takes another pair for the connections to come; those that stand keep theirs.
    /// - Returns: whether it differs from the one that stood.
    /// - Throws: `CertificateFault`; the old pair stays then.
    package func replace(certificate: [UInt8], key: [UInt8]) throws(CertificateFault) -> Bool {
        guard state.withLock({ $0.certificate != certificate || $0.key != key }) else { return false }
        let context = try ServerCertificate.context(certificate, key)
        state.withLock { $0 = State(certificate: certificate, key: key, context: context) }
        return true
    }

    /// What a new connection's handshake goes by.
    var context: NIOSSLContext { state.withLock { $0.context } }

    private static func context(_ certificate: [UInt8], _ key: [UInt8]) throws(CertificateFault) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMBytes(certificate) } catch {
            throw CertificateFault(description: "the certificate is no PEM certificate")
        }
        guard !chain.isEmpty else { throw CertificateFault(description: "the certificate's file has none") }
        let privateKey: NIOSSLPrivateKey
        do { privateKey = try NIOSSLPrivateKey(bytes: key, format: .pem) } catch {
            throw CertificateFault(description: "the key is no PEM private key without a passphrase")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw CertificateFault(description: "the certificate and the key do not belong together")
        }
    }
}
