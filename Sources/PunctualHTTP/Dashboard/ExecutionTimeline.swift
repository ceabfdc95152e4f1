internal import PunctualJSON
internal import PunctualSchedule

/// The attempts of an execution on one line of time, and the pauses between them.
enum ExecutionTimeline {
    private static let width = 600.0

    static func view(_ execution: JSONValue, _ visit: Visit) -> View {
        let attempts = execution["attempts"]?.array ?? []
        guard let first = ExecutionView.instant(attempts.first?["started_at"]) else { return [:] }
        let ends = attempts.compactMap { ExecutionView.instant($0["finished_at"]) }
        let isRunning = execution["status"]?.string == "running"
        let last = max(isRunning ? visit.now : first, ends.max() ?? first, first + .milliseconds(1))
        let whole = Double((last - first).wholeMilliseconds)
        var before: Timestamp?
        let views = attempts.map { attempt -> View in
            let start = ExecutionView.instant(attempt["started_at"]) ?? first
            let finish = ExecutionView.instant(attempt["finished_at"])
            let end = finish ?? max(visit.now, start)
            let x = Double((start - first).wholeMilliseconds) / whole * width
            let size = max(3, Double((end - start).wholeMilliseconds) / whole * width)
            let status = attempt["status"]?.string ?? ""
            let pause = before.map { (start - $0).wholeMilliseconds } ?? 0
            before = finish
            let kind = ["succeeded": "good", "failed": "bad", "running": "run"][status] ?? "other"
            let number = attempt["attempt"]?.int ?? 0
            return [
                "attempt": "\(number)", "attemptStatus": StatusView.view(status),
                "attemptStart": visit.clock.view(attempt["started_at"]),
                "attemptTook": finish.map { Wording.duration(milliseconds: ($0 - start).wholeMilliseconds) },
                "attemptWorker": attempt["worker"]?.string,
                "attemptReason": Wording.reason(attempt["reason"]?.string, unlessIn: attempt["error"]?.string),
                "attemptError": attempt["error"]?.string.map { ExecutionLines.cut($0, most: 800).text },
                "attemptAnswer": answer(attempt["result"]),
                "attemptPause": pause >= 1 ? Wording.duration(milliseconds: pause) : nil,
                "barX": tenths(min(x, width - 3)), "barWidth": tenths(min(size, width - min(x, width - 3))),
                "barKind": "b-\(kind)",
            ]
        }
        let kept = attempts.first?["attempt"]?.int ?? 1
        return [
            "attempts": views, "hasAttempts": !views.isEmpty, "hasBars": views.count > 1,
            "wholeTime": Wording.duration(milliseconds: Int64(whole)),
            "lostAttempts": kept > 1 ? Wording.count(Int(kept - 1), "earlier attempt") : nil,
        ]
    }

    /// What a past attempt gave back; the last one's has a place of its own.
    private static func answer(_ result: JSONValue?) -> View? {
        guard let result, !result.isNull else { return nil }
        let output = result["output"]?.string ?? ""
        return [
            "attemptCode": code(of: result) ?? "its output", "attemptOutput": output.isEmpty ? nil : output,
            "isAttemptCut": result["output_truncated"]?.bool ?? false,
        ]
    }

    /// `HTTP status 503`, `exit code 7`.
    static func code(of result: JSONValue) -> String? {
        result["http_status"]?.int.map { "HTTP status \($0)" } ?? result["exit_code"]?.int.map { "exit code \($0)" }
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((max(0, value) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
