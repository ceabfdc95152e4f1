internal import PunctualAccess
internal import PunctualCore
internal import PunctualExecutors
internal import PunctualSchedule

/// An address to which each anchor is posted, as jobs' calls are: through the egress guard, signed by `webhook.secret`.
struct AnchorCall: AnchorPlace {
    let url: String
    let http: any Executor

    /// Without what stands behind the path, which may be a password.
    var name: String { String(url.prefix { $0 != "?" && $0 != "#" }) }

    func newest() throws(AnchorFault) -> AuditAnchor? { nil }

    func keep(_ anchor: AuditAnchor) async throws(AnchorFault) {
        // One id for one head, whoever posts it and however often.
        let bits = anchor.head.hash.reduce(into: (UInt64(0), UInt64(0))) { bits, byte in
            bits = (bits.0 << 8 | bits.1 >> 56, bits.1 << 8 | UInt64(byte))
        }
        let result = await http.execute(
            AttemptRequest(
                executionID: Identifier(high: bits.0, low: bits.1), jobID: Identifier(high: 0, low: 0),
                jobName: "audit-anchor", service: Installation.service, scheduledAt: anchor.at, attempt: 1,
                target: .http(HTTPTarget(url: url, body: anchor.json)), timeout: .seconds(30)))
        switch result.verdict {
        case .succeeded: return
        case .failed(_, let error, _, _): throw AnchorFault(description: error)
        case .cancelled: throw AnchorFault(description: "the node stops")
        }
    }
}
