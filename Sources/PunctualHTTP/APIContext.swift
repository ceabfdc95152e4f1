package import Hummingbird

/// What goes along with one request.
package struct APIContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Taken from `X-Request-Id` or made; echoed and logged.
    package var requestID = ""
    /// Of a request with an `Idempotency-Key`; nil for one without.
    var origin: Origin?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// The largest body that is read, in bytes.
    package var maxUploadSize: Int { 1 << 20 }
}
