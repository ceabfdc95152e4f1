import Foundation
import Logging
import Synchronization
import TestPeers
import Testing

@testable import PunctualServer

@Suite("The certificate in its files")
struct CertificateFilesTests {
    /// The messages of a logger, in order.
    private final class Messages: LogHandler, Sendable {
        private let all = Mutex<[String]>([])
        var logLevel: Logger.Level {
            get { .trace }
            set {}
        }
        var metadata: Logger.Metadata {
            get { [:] }
            set {}
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }
        func log(event: LogEvent) { all.withLock { $0.append("\(event.message)") } }
        func take() -> [String] {
            all.withLock { messages in
                defer { messages = [] }
                return messages
            }
        }
    }

    private static let kept = "the certificate's files cannot serve; the old one stays"
    private static let replaced = "the certificate was replaced"

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "punctual-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // A folder that stays behind in the temporary one harms nobody.
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func make(_ folder: URL, _ name: String) throws -> Certificates {
        let folder = folder.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return try Certificates(in: folder)
    }

    @Test("each change is taken once, each fault told once, and a pair is taken when it is whole")
    func changes() throws {
        try withFolder { folder in
            let (first, second) = (try make(folder, "first"), try make(folder, "second"))
            var settings = Settings()
            settings.httpCertificate = first.certificate.path
            settings.httpKey = first.key.path
            let messages = Messages()
            let files = try #require(try CertificateFiles(settings, logger: Logger(label: "test") { _ in messages }))
            files.look()
            #expect(messages.take() == [], "nothing changed")
            let whole = try Data(contentsOf: second.certificate)
            try whole.prefix(100).write(to: first.certificate)
            files.look()
            files.look()
            #expect(messages.take() == [Self.kept], "half written")
            try whole.write(to: first.certificate)
            files.look()
            files.look()
            #expect(messages.take() == [Self.kept], "the key is still the old one")
            try Data(contentsOf: second.key).write(to: first.key)
            files.look()
            files.look()
            #expect(messages.take() == [Self.replaced])
            try FileManager.default.removeItem(at: first.key)
            files.look()
            files.look()
            #expect(messages.take() == [Self.kept])
            try Data(contentsOf: second.key).write(to: first.key)
            files.look()
            #expect(messages.take() == [], "the same pair stands again")
        }
    }

    @Test("files that cannot serve end the start with one line that names them")
    func start() throws {
        try withFolder { folder in
            let (first, second) = (try make(folder, "first"), try make(folder, "second"))
            for (certificate, key, words) in [
                ("/nowhere", first.key.path, "http.tls.certificate: cannot read /nowhere"),
                (first.certificate.path, "/nowhere", "http.tls.key: cannot read /nowhere"),
                (first.certificate.path, second.key.path, "do not belong together"),
                (first.key.path, first.key.path, "no PEM certificate"),
                (first.certificate.path, first.certificate.path, "no PEM private key"),
            ] {
                var settings = Settings()
                (settings.httpCertificate, settings.httpKey) = (certificate, key)
                let error = #expect(throws: SettingsError.self) {
                    try CertificateFiles(settings, logger: Logger(label: "test"))
                }
                let told = error?.description ?? ""
                #expect(told.contains(words) && !told.contains("\n"), "\(told)")
            }
        }
    }

    @Test("without a certificate there is none to watch")
    func none() throws {
        #expect(try CertificateFiles(Settings(), logger: Logger(label: "test")) == nil)
    }
}
