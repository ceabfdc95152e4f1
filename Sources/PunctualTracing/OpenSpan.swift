package import PunctualCore
package import Tracing

/// A span that was begun; of one that nobody keeps, nothing costs anything.
package struct OpenSpan: Sendable {
    /// nil when nobody traces.
    private let span: (any Span)?
    /// Whether what is told of it is kept.
    package let isRecording: Bool

    init(_ span: (any Span)?) {
        self.span = span
        isRecording = span?.isRecording ?? false
    }

    /// Of what nobody traces.
    package static let none = OpenSpan(nil)

    /// What goes along to whoever is called; nil when nobody traces.
    package var context: ServiceContext? { span?.context }

    /// Tells something of it; asked for only when it is kept.
    package func set(_ attributes: @autoclosure () -> SpanAttributes) {
        guard isRecording, let span else { return }
        span.updateAttributes { $0.merge(attributes()) }
    }

    /// Another name, once more is known of what it does.
    package func rename(_ name: @autoclosure () -> String) {
        guard isRecording, let span else { return }
        span.operationName = name()
    }

    /// Ties it to a span of another trace.
    package func link(_ context: ServiceContext?, _ attributes: SpanAttributes = [:]) {
        guard isRecording, let span, let context else { return }
        span.addLink(SpanLink(context: context, attributes: attributes))
    }

    /// Something happened while it lasted.
    package func note(_ event: @autoclosure () -> SpanEvent) {
        guard isRecording, let span else { return }
        span.addEvent(event())
    }

    /// What an HTTP call was answered.
    package func answered(_ status: Int) {
        guard isRecording, let span else { return }
        span.updateAttributes { $0["http.response.status_code"] = status }
    }

    /// It came to nothing.
    /// - Parameters:
    ///   - type: one of few words (`error.type`).
    ///   - message: for people.
    package func fail(_ type: String, _ message: @autoclosure () -> String? = nil) {
        guard isRecording, let span else { return }
        span.updateAttributes { $0["error.type"] = type }
        span.setStatus(SpanStatus(code: .error, message: message()))
    }

    package func end() {
        guard isRecording, let span else { return }
        span.end()
    }

    /// Ends it as an attempt ended.
    package func end(with result: AttemptResult) {
        guard isRecording, let span else { return end() }
        var outcome = "succeeded"
        switch result.verdict {
        case .succeeded: break
        case .cancelled: outcome = "cancelled"
        case .failed(let reason, let error, _, _):
            outcome = "failed"
            fail(reason?.rawValue ?? "_OTHER", error)
        }
        span.updateAttributes {
            $0["punctual.outcome"] = outcome
            if let code = result.result.exitCode { $0["process.exit.code"] = code }
        }
        span.end()
    }

    /// Runs the body as what this span is about.
    package func cover<Value, Fault: Error>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        guard let span else { return try await body() }
        let result: Result<Value, Fault> = await ServiceContext.$current.withValue(span.context) {
            do throws(Fault) { return .success(try await body()) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
