package import Hummingbird
internal import PunctualAccess
internal import PunctualCore

/// What goes along with one request.
package struct APIContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Taken from `X-Request-Id` or made; echoed and logged.
    package var requestID = ""
    /// Of a request with an `Idempotency-Key`; nil for one without.
    var origin: Origin?
    /// The other end of the connection; nil without one.
    let peer: IPAddress?
    /// Who asks, and what for; the doorkeeper knows.
    var principal = Principal.stranger(from: nil)
    var operation = APIOperation.health
    /// What was shown to prove it; nil when nothing was, or nothing has to be.
    var credential: Credential?
    /// What a handler tells the audit log; nil for a call that leaves nothing there.
    var audit: AuditNote?
    /// What is left of the limits that the request counts against; nil when it counts against none.
    var allowance: LimitDecision?

    /// Of a call that a page makes on behalf of who was let in to it; nil for one that came by itself.
    var visit: PageVisit?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.peerAddress.flatMap { IPAddress($0) }
    }

    /// The largest body that is read, in bytes.
    package var maxUploadSize: Int { 1 << 20 }
}
