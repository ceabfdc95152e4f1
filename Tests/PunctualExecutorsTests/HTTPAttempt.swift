import PunctualCore
import PunctualExecutors
import PunctualSchedule

/// An attempt that makes an HTTP call, the third.
func httpAttempt(_ target: HTTPTarget, timeout: Duration = .seconds(120)) -> AttemptRequest {
    AttemptRequest(
        executionID: Identifier(high: 1, low: 1), jobID: Identifier(high: 2, low: 2), jobName: "job",
        service: "default", scheduledAt: Timestamp(milliseconds: 0), attempt: 3, target: .http(target),
        timeout: timeout)
}

/// An answer with its length.
func answer(_ status: String, _ fields: String = "", body: String = "") -> LoopbackServer.Answer {
    .text("HTTP/1.1 \(status)\r\ncontent-length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
}

/// Lets calls through to this machine; every name leads there.
let toLoopback = EgressGuard(allowed: [IPRange("127.0.0.0/8")!]) { _ in [IPAddress("127.0.0.1")!] }
