internal import PunctualJSON

/// How an attempt ended, as the server is told.
struct Ending: Sendable {
    let json: JSONValue
    /// Whether it stands for an end that the server did not take.
    private var isInstead = false

    init(_ work: Work, by worker: String, status: String, output: String? = nil, error: String? = nil) {
        var json = work.named(by: worker).merging(["status": .string(status)])
        if let output { json = json.merging(["output": .string(RequestBounds.end(of: output))]) }
        if let error { json = json.merging(["error": .string(RequestBounds.beginning(of: error))]) }
        self.json = work.output.lastBatch()?.joined(to: json) ?? json
    }

    private init(_ json: JSONValue, isInstead: Bool) {
        self.json = json
        self.isInstead = isInstead
    }

    var id: String { json["id"]?.string ?? "" }

    /// With less in it, for a server that found it too large: first without what was said, then with half of the output, and so
    /// on; nil when only how it ended is left.
    var smaller: Ending? {
        if let silent { return silent }
        if let output = json["output"]?.string {
            let half = RequestBounds.end(of: output, bytes: output.utf8.count / 2)
            return with(["output": half.isEmpty ? .null : .string(half)])
        }
        return json["error"] == nil ? nil : with(["error": .null])
    }

    /// What is told instead when the server does not take it as it is: the same without what was said, which an older server does
    /// not know, then that the attempt failed, so that the policy decides about another; nil when it did not take that either.
    func instead(_ problem: String) -> Ending? {
        if let silent { return silent }
        if isInstead { return nil }
        let error = RequestBounds.beginning(of: "the server did not take how the attempt ended: \(problem)")
        let failed: JSONValue = ["status": "failed", "output": .null, "error": .string(error)]
        return Ending(json.merging(failed), isInstead: true)
    }

    /// Without lines and progress; nil when it has none.
    private var silent: Ending? {
        let silent = with(["lines": .null, "lines_from": .null, "progress": .null])
        return silent.json == json ? nil : silent
    }

    private func with(_ members: JSONValue) -> Ending { Ending(json.merging(members), isInstead: isInstead) }
}
