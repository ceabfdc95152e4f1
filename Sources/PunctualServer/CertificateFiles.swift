internal import Logging
internal import PunctualEngine
internal import PunctualHTTP
internal import ServiceLifecycle
internal import Synchronization

/// The server's certificate in its files, which are looked at once a second: renewing them needs no restart.
struct CertificateFiles: Service {
    let certificate: ServerCertificate
    private let certificatePath: String
    private let keyPath: String
    private let logger: Logger
    /// The fault that was told of last, so that each is told of once.
    private let lastFault = LastFault()

    /// nil when the settings name no certificate.
    /// - Throws: `SettingsError` with one line when the files cannot serve.
    init?(_ settings: Settings, logger: Logger) throws(SettingsError) {
        guard let certificatePath = settings.httpCertificate, let keyPath = settings.httpKey else { return nil }
        (self.certificatePath, self.keyPath, self.logger) = (certificatePath, keyPath, logger)
        let chain = try CertificateFiles.read(certificatePath, "http.tls.certificate")
        let key = try CertificateFiles.read(keyPath, "http.tls.key")
        do throws(CertificateFault) {
            certificate = try ServerCertificate(certificate: chain, key: key)
        } catch {
            throw SettingsError("http.tls.certificate \"\(certificatePath)\", http.tls.key \"\(keyPath)\": \(error)")
        }
    }

    func run() async throws {
        try await repeatUntilShutdown {
            try await Task.sleep(for: .seconds(1))
            look()
        }
    }

    /// Takes what the files hold now; a pair that cannot serve, half written perhaps, leaves the old one in place.
    func look() {
        do {
            let chain = try CertificateFiles.read(certificatePath, "http.tls.certificate")
            let key = try CertificateFiles.read(keyPath, "http.tls.key")
            if try certificate.replace(certificate: chain, key: key) {
                logger.info("the certificate was replaced", metadata: ["path": "\(certificatePath)"])
            }
            lastFault.text = nil
        } catch {
            let text = "\(error)"
            if lastFault.text == text { return }
            lastFault.text = text
            logger.warning("the certificate's files cannot serve; the old one stays", metadata: ["error": "\(text)"])
        }
    }

    private static func read(_ path: String, _ key: String) throws(SettingsError) -> [UInt8] {
        guard let bytes = readFile(path, limit: 1 << 20) else { throw SettingsError("\(key): cannot read \(path)") }
        return bytes
    }
}

/// Written by one loop, and by tests.
private final class LastFault: Sendable {
    private let state = Mutex<String?>(nil)

    var text: String? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
