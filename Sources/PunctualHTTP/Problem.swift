package import HTTPTypes
internal import Hummingbird
internal import NIOCore
package import PunctualAPI
package import PunctualCore
internal import PunctualJSON

/// A refusal in the form of RFC 9457.
package struct Problem: Error, Sendable {
    package let kind: ProblemKind
    package let detail: String
    package var faults: [Fault] = []
    /// Faults of query parameters, by name.
    package var parameters: [(name: String, detail: String)] = []
    package var headers: HTTPFields = [:]
    /// Whose thing was refused: for the audit log, never for the answer.
    var service: String?
    /// What it was made of: for the log, never for the answer.
    package var cause: (any Error)?

    package init(_ kind: ProblemKind, _ detail: String, faults: [Fault] = []) {
        self.kind = kind
        self.detail = detail
        self.faults = faults
    }

    package init(_ faults: Faults) {
        let count = faults.faults.count
        self.init(
            .validation, count == 1 ? "One field is at fault." : "\(count) fields are at fault.", faults: faults.faults)
    }

    /// Every error that a handler may throw, as a refusal.
    init(mapping error: any Error) {
        if let problem = error as? Problem {
            self = problem
        } else {
            self.init(of: error)
            cause = error
        }
    }

    private init(of error: any Error) {
        switch error {
        case let faults as Faults: self.init(faults)
        case let error as StoreError: self.init(store: error)
        case let error as HTTPError:
            switch error.status {
            case .notFound: self.init(.notFound, "There is nothing at this path.")
            case .contentTooLarge: self.init(.bodyTooLarge, "A body may have at most 1 MiB.")
            case .methodNotAllowed: self.init(.methodNotAllowed, "This path does not know the method.")
            default:
                self.init(
                    error.status.kind == .clientError ? .badRequest : .internal,
                    error.body ?? "The request was refused.")
            }
        case is NIOTooManyBytesError: self.init(.bodyTooLarge, "A body may have at most 1 MiB.")
        default: self.init(.internal, "The request could not be served; the log tells why under this request id.")
        }
    }

    private init(store error: StoreError) {
        switch error {
        case .notFound: self.init(.notFound, "There is no such thing.")
        case .versionConflict(let current):
            self.init(.versionConflict, "The version is \(current) now; read it again and repeat your change.")
        case .nameTaken: self.init(.nameTaken, "Another job of this service has that name.")
        case .lastAdministrator:
            self.init(
                .lastAdministrator,
                "Nobody would be left who can sign in and decide who may what; make another administrator first.")
        case .quotaExceeded(let quota): self.init(exceeded: quota)
        case .conflict(let text): self.init(.conflict, text)
        case .full:
            self.init(.unavailable, "The store did not take the request; nothing was changed. Try again.")
            headers[.retryAfter] = "1"
        case .unavailable, .cancelled:
            self.init(
                .unavailable,
                "The store does not answer, or has not confirmed the request. Try again; a change with the same Idempotency-Key if it had one."
            )
            headers[.retryAfter] = "1"
        case .corrupt, .damaged: self.init(.internal, "What is stored cannot be read; the log tells more.")
        }
    }

    func response(requestID: String) -> Response {
        var writer = JSONWriter()
        write(to: &writer, requestID: requestID)
        var fields = headers
        fields[.contentType] = "application/problem+json"
        return Response(
            status: HTTPResponse.Status(code: kind.status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes)))
    }

    func write(to writer: inout JSONWriter, requestID: String) {
        writer.beginObject()
        writer.name("type")
        writer.string(kind.type)
        writer.name("title")
        writer.string(kind.title)
        writer.name("status")
        writer.int(kind.status)
        writer.name("detail")
        writer.string(detail)
        writer.name("request_id")
        writer.string(requestID)
        if !faults.isEmpty || !parameters.isEmpty {
            writer.name("errors")
            writer.beginArray()
            for fault in faults {
                writer.beginObject()
                writer.name("pointer")
                writer.string(fault.pointer)
                writer.name("detail")
                writer.string(fault.detail)
                writer.endObject()
            }
            for parameter in parameters {
                writer.beginObject()
                writer.name("parameter")
                writer.string(parameter.name)
                writer.name("detail")
                writer.string(parameter.detail)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
    }
}
