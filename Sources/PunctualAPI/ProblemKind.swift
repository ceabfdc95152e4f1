/// Why the API refuses a request, as docs/reference/api.md lists them; the raw value is the fragment of `type` (RFC 9457).
public enum ProblemKind: String, Sendable, CaseIterable {
    case malformedJSON = "malformed_json"
    case validation
    case unauthorized
    case secondFactorRequired = "second_factor_required"
    case forbidden
    case hostNotAllowed = "host_not_allowed"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case notAcceptable = "not_acceptable"
    case unsupportedMediaType = "unsupported_media_type"
    case bodyTooLarge = "body_too_large"
    case versionConflict = "version_conflict"
    case nameTaken = "name_taken"
    case lastAdministrator = "last_administrator"
    case conflict
    case leaseLost = "lease_lost"
    case idempotencyMismatch = "idempotency_mismatch"
    case idempotencyInProgress = "idempotency_in_progress"
    case overloaded
    case rateLimited = "rate_limited"
    case quotaExceeded = "quota_exceeded"
    case unavailable
    case badRequest = "bad_request"
    case `internal`

    /// The status of the answer (RFC 9110 §15).
    public var status: Int {
        switch self {
        case .malformedJSON, .badRequest: 400
        case .validation, .idempotencyMismatch: 422
        case .unauthorized, .secondFactorRequired: 401
        case .forbidden, .hostNotAllowed: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .unsupportedMediaType: 415
        case .bodyTooLarge: 413
        case .versionConflict: 412
        case .nameTaken, .lastAdministrator, .conflict, .leaseLost, .idempotencyInProgress: 409
        case .overloaded, .rateLimited, .quotaExceeded: 429
        case .unavailable: 503
        case .internal: 500
        }
    }

    /// The same for every problem of the kind.
    public var title: String {
        switch self {
        case .malformedJSON: "The body is not JSON"
        case .badRequest: "The request is malformed"
        case .validation: "The request has faults"
        case .unauthorized: "Sign in first"
        case .secondFactorRequired: "A second factor is needed"
        case .forbidden: "You may not do that"
        case .hostNotAllowed: "This host is not answered for"
        case .notFound: "Not found"
        case .methodNotAllowed: "The method is not allowed here"
        case .notAcceptable: "No acceptable form"
        case .unsupportedMediaType: "The content type is not supported"
        case .bodyTooLarge: "The body is too large"
        case .versionConflict: "The version has moved on"
        case .nameTaken: "The name is taken"
        case .lastAdministrator: "An administrator must be left"
        case .conflict: "The state does not allow it"
        case .leaseLost: "The lease is lost"
        case .idempotencyMismatch: "The idempotency key was used for another request"
        case .idempotencyInProgress: "The first request with this key is still under way"
        case .overloaded: "Too many requests at once"
        case .rateLimited: "Too many requests"
        case .quotaExceeded: "The service has all that it may have"
        case .unavailable: "The store cannot be reached"
        case .internal: "Something went wrong on our side"
        }
    }

    /// As a problem's `type` names it.
    public var type: String { "\(APIPath.problems)#\(rawValue)" }

    /// - Returns: nil for a type that is none of these.
    public init?(type: String) {
        let parts = type.split(separator: "#", maxSplits: 1)
        guard parts.count == 2, parts[0] == APIPath.problems else { return nil }
        self.init(rawValue: String(parts[1]))
    }
}
