internal import Foundation

/// Posts batches by OTLP/HTTP with protobuf bodies, and again while the standard says that another try may help.
package struct OTLPSender: SpanSink {
    /// Pauses between tries: the first, and the longest.
    package struct Pauses: Sendable {
        package var first = Duration.seconds(1)
        package var longest = Duration.seconds(30)

        package init() {}
    }

    private let poster: Poster
    private let resource: [(String, String)]
    private let version: String
    private let textLimit: Int
    private let pauses: Pauses
    private let random: @Sendable () -> Double

    /// - Parameters:
    ///   - resource: who sends them, by the names of OpenTelemetry's conventions.
    ///   - random: draws from 0 to 1, so that not all come back at once.
    package init(
        _ poster: Poster, resource: [(String, String)], version: String, textLimit: Int = SpanLimits().textLength,
        pauses: Pauses = Pauses(), random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.poster = poster
        self.resource = resource
        self.version = version
        self.textLimit = textLimit
        self.pauses = pauses
        self.random = random
    }

    package func send(_ spans: [EndedSpan], within limit: Duration) async -> SendOutcome {
        let body = OTLPTraces.request(spans, resource: resource, version: version, textLimit: textLimit)
        let deadline = ContinuousClock.now + limit
        var pause = pauses.first
        while true {
            var asked: Duration?
            let fault: String
            do throws(Poster.Fault) {
                let answer = try await poster.post(body, type: "application/x-protobuf")
                if (200..<300).contains(answer.status) {
                    let (count, why) = OTLPTraces.rejected(answer.body)
                    return count > 0 ? .partly(rejected: min(count, spans.count), why) : .taken
                }
                fault = "status \(answer.status)"
                guard [429, 502, 503, 504].contains(answer.status) else { return .refused(fault) }
                asked = answer.fields["retry-after"].flatMap { RetryAfterField.pause($0, now: Date()) }
            } catch {
                fault = error.description
            }
            let wait = asked ?? pause * (0.8 + 0.4 * random())
            pause = min(pause * 2, pauses.longest)
            if Task.isCancelled || ContinuousClock.now + wait >= deadline { return .refused(fault) }
            do { try await Task.sleep(for: wait) } catch { return .refused(fault) }
        }
    }
}

/// `Retry-After` (RFC 9110 §10.2.3).
enum RetryAfterField {
    /// nil for what is neither a number of seconds nor a date.
    static func pause(_ text: String, now: Date) -> Duration? {
        if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.date(from: text).map { .seconds(min(max(0, $0.timeIntervalSince(now)), 86_400)) }
    }
}
