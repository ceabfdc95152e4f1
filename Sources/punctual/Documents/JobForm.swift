internal import PunctualCore
internal import PunctualJSON

/// A job's own fields as a server would keep them, so that two can be compared.
enum JobForm {
    /// Defaults filled in and lengths of time in one spelling, by the rules that the server itself has; a job with faults
    /// stays as it is, for the server to refuse.
    static func normal(_ job: JSONObject) -> JSONObject {
        var own = job
        for field in JobDocuments.serverFields { own[field] = nil }
        let draft = try? JobDraft(stored: .object(own))  // The server tells its faults when the job is sent.
        var result = JSONObject()
        for member in (draft?.json.object ?? own).members where !member.value.isNull {
            result[member.name] = member.value
        }
        return result
    }
}
