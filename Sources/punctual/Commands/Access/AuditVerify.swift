internal import ArgumentParser
internal import Foundation
internal import PunctualAccess
internal import PunctualClient
internal import PunctualCore
internal import PunctualJSON

struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that no entry of the audit log was changed, taken out or put in; exit code 1 when one was.",
        discussion: """
            EXAMPLES
              punctual audit verify
              punctual audit verify audit.jsonl
              punctual audit verify audit.jsonl --head 2:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
              punctual audit verify --anchors /mnt/append-only/anchors.jsonl

            Prints the log's head: its last entry and that one's hash. What the server has must end where its database
            says. Whoever can write the whole database can chain it anew and say so, but not so that it holds a head that
            you have put by; give that as --head. The setting audit.anchor.file has the server put heads by itself; give
            its file as --anchors.
            """)

    @Argument(help: "An export; - is standard input. Default: what the server has.")
    var file: String?
    @Option(name: .long, help: "A head that was printed before, and that the log must hold.")
    var head: String?
    @Option(
        name: .long, help: "A file of heads that a server has put by, all of which the log must hold; may be repeated.")
    var anchors: [String] = []
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let head, AuditHead(text: head) == nil {
            throw ValidationError("--head \"\(head)\": write what `punctual audit verify` has printed")
        }
    }

    func run() async throws {
        var noted = head.flatMap { AuditHead(text: $0) }.map { [$0] } ?? []
        for name in anchors { noted += try heads(in: name) }
        let end = if let file { try verify(file, noted) } else { try await verifyServer(noted) }
        if noted.isEmpty {
            let proof = file == nil ? "only against the database's own head" : "against nothing"
            Console.talk("the end of the log is proven \(proof): give --head or --anchors")
        }
        output.show(
            ["entries": .int(end.sequence), "head": .string(end.text)], as: .auditHeads)
    }

    /// What a file of anchors holds.
    private func heads(in name: String) throws -> [AuditHead] {
        guard let bytes = FileManager.default.contents(atPath: name) else {
            throw Failure(.failed, "cannot read \(name)")
        }
        do throws(AuditAnchor.Misfit) {
            return try AuditAnchor.list(Array(bytes)).map(\.head)
        } catch {
            throw Failure(.failed, "\(name): line \(error.line) is no anchor")
        }
    }

    private func verify(_ file: String, _ noted: [AuditHead]) throws -> AuditHead {
        let name = file == "-" ? "standard input" : file
        guard let handle = file == "-" ? .standardInput : FileHandle(forReadingAtPath: file) else {
            throw Failure(.failed, "cannot read \(name)")
        }
        var check = try AuditCheck(holding: noted)
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { try check.read(Array(piece)) }
        return try check.finish()
    }

    private func verifyServer(_ noted: [AuditHead]) async throws -> AuditHead {
        try await client.connected { server in
            // The export must reach both ends.
            let end = try await server.get("/audit/head")
            guard end["status"] == "sound", let stored = end["head"]?.string.flatMap({ AuditHead(text: $0) }),
                let last = end["last"]?.string.flatMap({ AuditHead(text: $0) })
            else { throw AuditCheck.failure(end["detail"]?.string ?? "the server does not say where it ends") }
            var check = try AuditCheck(holding: noted + [stored, last])
            for try await piece in try await server.auditExport() { try check.read(piece) }
            return try check.finish()
        }
    }
}

/// Checks an export as it is read.
struct AuditCheck {
    private var reader = LineReader()
    private var verifier: AuditVerifier
    private var line = 0

    /// - Parameter heads: what the log must hold.
    /// - Throws: `Failure` when no log can hold them all.
    init(holding heads: [AuditHead]) throws(Failure) {
        do throws(AuditVerifier.Fault) {
            verifier = try AuditVerifier(anchors: heads)
        } catch {
            throw AuditCheck.failure(error)
        }
    }

    /// - Throws: `Failure` with the place that does not fit.
    mutating func read(_ bytes: [UInt8]) throws(Failure) {
        for text in try reader.read(bytes) {
            line += 1
            let json = try? JSONValue(parsing: text)  // No JSON is no entry either, which is told with its place.
            guard let entry = json.flatMap({ AuditEntry(exported: $0) }) else {
                throw Failure(.failed, "line \(line) is no entry of an audit log")
            }
            do throws(AuditVerifier.Fault) { try verifier.check([entry]) } catch { throw AuditCheck.failure(error) }
        }
    }

    /// The last entry, when all fit.
    func finish() throws(Failure) -> AuditHead {
        try reader.finish()
        do throws(AuditVerifier.Fault) {
            try verifier.finish(stored: verifier.head)
        } catch {
            throw AuditCheck.failure(error)
        }
        return verifier.head
    }

    static func failure(_ fault: AuditVerifier.Fault) -> Failure {
        let text =
            switch fault {
            case .sequence(let expected, let found): "entry \(expected) should come, entry \(found) stands there"
            case .chain(let place): "entry \(place) does not follow the one before it"
            case .content(let place): "entry \(place) was changed"
            case .anchor(let place): "entry \(place) is not the one that the head names"
            case .truncated(let place, let expected): "it ends at entry \(place), before entry \(expected)"
            }
        return failure(text)
    }

    static func failure(_ text: String) -> Failure { Failure(.failed, "the audit log was tampered with: \(text)") }
}
