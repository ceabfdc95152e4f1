internal import Foundation
internal import Logging
internal import PunctualCore
package import PunctualHTTP
package import PunctualObservability
internal import PunctualTracing
internal import ServiceLifecycle
internal import Tracing

/// The loggers of a process, and what they share: levels, the place where secrets are taken out, error reports.
struct OpenLogs: Sendable {
    let levels: LogLevels
    let redaction: Redaction
    private let output: LogOutput
    private let nodeID: String
    private let reports: ErrorReports?
    private let writer: LogWriter

    /// The labels of the loggers of a node; what stands before a dot holds for what is behind it, too.
    enum Label: String, CaseIterable {
        case main = "punctual"
        case http = "punctual.http"
        case engine = "punctual.engine"
        case store = "punctual.store"
        case access = "punctual.access"
        case tracing = "punctual.tracing"
    }

    /// - Throws: `SettingsError` when there is no client for error reports.
    init(_ settings: Settings, nodeID: String) throws(SettingsError) {
        self.nodeID = nodeID
        levels = LogLevels(base: settings.logLevel)
        redaction = Redaction(known: settings.secrets)
        let source = LogOutput.Source(service: settings.tracing.serviceName, version: Node.version, node: nodeID)
        var output = LogOutput(levels: levels, isJSON: settings.logFormat == .json)
        output.source = source
        output.redaction = redaction
        output.scope = Self.scope
        let isJSON = output.isJSON
        let writer = LogWriter(to: output.descriptor) {
            LineLogHandler.complaint($0, isJSON: isJSON, source: source)
        }
        writer.flushAtExit()
        output.writer = writer
        output.repeats = LogRepeats()
        self.writer = writer
        if let address = settings.errors.address {
            let reports: ErrorReports
            do throws(Poster.Fault) {
                reports = try ErrorReports(to: address, source: source, environment: settings.errors.environment)
            } catch { throw SettingsError("errors.dsn: \(error)") }
            output.report = { reports.take($0) }
            self.reports = reports
        } else {
            reports = nil
        }
        self.output = output
    }

    func logger(_ label: Label) -> Logger {
        var logger = Logger(label: label.rawValue) { [output] in LineLogHandler(label: $0, to: output) }
        logger[metadataKey: "node_id"] = "\(nodeID)"
        return logger
    }

    /// Posts error reports while the node runs; nil when nobody wants them.
    var service: (any Service)? { reports.map { ReportService(reports: $0) } }

    func close() async {
        await reports?.shutdown()
        for left in output.repeats?.end() ?? [] { writer.take(LineLogHandler.repeated(left, to: output)) }
        // A reader that stands still must not hold a thread of the pool.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [writer] in
                writer.flush(within: Self.longestFlush)
                writer.close()
                continuation.resume()
            }
        }
    }

    /// How long a reader that stands still may delay the end.
    private static let longestFlush = Duration.seconds(2)

    /// What the code that logs is about.
    private static func scope() -> [(String, String)] {
        var fields: [(String, String)] = []
        let scope = WorkScope.current
        if let id = scope?.requestID { fields.append(("request_id", id)) }
        if let id = scope?.executionID { fields.append(("execution_id", "\(id)")) }
        if let id = scope?.jobID { fields.append(("job_id", "\(id)")) }
        if let attempt = scope?.attempt { fields.append(("attempt", "\(attempt)")) }
        if let identity = ServiceContext.current?.spanIdentity {
            fields.append(("trace_id", identity.traceID))
            fields.append(("span_id", identity.spanID))
        } else if let id = scope?.executionID {
            // The one that the receiver is told, though nobody keeps it.
            fields.append(("trace_id", ExecutionTrace(id).id))
        }
        return fields
    }
}

/// Posts error reports, and at the end what is left, within a bound.
private struct ReportService: Service {
    let reports: ErrorReports

    private static let longestEnd = Duration.seconds(3)

    func run() async throws {
        await runToTheEnd(within: Self.longestEnd, reports.run, end: reports.end)
        await reports.flush(within: Self.longestEnd)
    }
}

extension LogLevels: LogLevelControl {
    package func levels() -> [LogLevelState] {
        all().map { LogLevelState(label: $0.label, level: $0.level, isChanged: $0.isChanged, left: $0.left) }
    }
}
