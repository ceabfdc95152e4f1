internal import PunctualAccess
internal import PunctualExecutors

/// Calls providers as jobs' targets are called: within what the egress settings allow.
struct GuardedProviderCalls: ProviderCalls {
    let client: GuardedClient

    init(_ egress: EgressGuard) {
        client = GuardedClient(egress: egress, limit: ProviderReply.mostTime, mostBytes: ProviderReply.mostBytes)
    }

    func get(_ url: String) async throws(ProviderFault) -> ProviderReply {
        try await call("GET", url, [("accept", "application/json")], nil)
    }

    func post(
        _ url: String, form: String, authorization: Redacted<String>?
    ) async throws(ProviderFault) -> ProviderReply {
        var headers = [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")]
        if let authorization { headers.append(("authorization", authorization.reveal())) }
        return try await call("POST", url, headers, form)
    }

    private func call(
        _ method: String, _ url: String, _ headers: [(name: String, value: String)], _ body: String?
    ) async throws(ProviderFault) -> ProviderReply {
        do throws(GuardedClient.Failure) {
            let answer = try await client.call(method, url, headers: headers, body: body)
            let control = answer.headers.filter { $0.name.lowercased() == "cache-control" }.map(\.value)
            return ProviderReply(
                status: answer.status, cacheControl: control.isEmpty ? nil : control.joined(separator: ","),
                body: answer.body)
        } catch {
            switch error {
            case .unreachable(let reason): throw .unreachable(reason)
            case .oversized: throw .oversized
            }
        }
    }
}
