internal import PunctualCore
internal import PunctualJSON

extension Sequence<ServiceFilter.Clause> {
    /// For statements and policies, `[{"service": "billing", "labels": {…}}]`; a null service means any. As in what is
    /// searched, U+FFFD stands for the zero byte, which jsonb refuses.
    var text: String {
        let clauses = map { clause -> JSONValue in
            var draft = JobDraft(name: "", schedule: .manual, target: .noop)
            draft.labels = clause.labels
            let service = clause.service.map { JSONValue.string($0.replacing("\0", with: "\u{FFFD}")) }
            return ["service": service ?? .null, "labels": .object(draft.labelsObject)]
        }
        return JSONValue.array(clauses).description
    }
}
