internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON

/// JSON answers, written straight into bytes.
enum Answer {
    static func json(
        _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ write: (inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter()
        write(&writer)
        var fields = headers
        fields[.contentType] = "application/json"
        return Response(
            status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes)))
    }

    /// A job with its ETag.
    static func job(_ job: Job, _ status: HTTPResponse.Status = .ok, location: Bool = false) -> Response {
        var headers: HTTPFields = [.eTag: "\"\(job.version)\""]
        if location { headers[.location] = "\(APIPath.prefix)/jobs/\(job.id)" }
        return json(status, headers: headers) { job.write(to: &$0) }
    }

    static func execution(_ execution: Execution) -> Response {
        json { execution.write(to: &$0) }
    }

    /// An execution that goes on after the answer, with the place where it can be followed.
    static func accepted(_ execution: Execution) -> Response {
        json(.accepted, headers: [.location: "\(APIPath.prefix)/executions/\(execution.jobID)/\(execution.id)"]) {
            execution.write(to: &$0)
        }
    }

    /// The outcomes of many in a call, in order: a status each, as it alone would have been answered with.
    /// - Parameters:
    ///   - status: of those that went well.
    ///   - write: the members of one; of nothing for one that was refused.
    static func outcomes<Value>(
        _ outcomes: [Result<Value, Problem>], as status: HTTPResponse.Status = .ok, _ context: APIContext,
        _ write: (Value?, inout JSONWriter) -> Void
    ) -> Response {
        json { writer in
            writer.beginObject()
            writer.name("items")
            writer.beginArray()
            for outcome in outcomes {
                writer.beginObject()
                writer.name("status")
                switch outcome {
                case .success(let value):
                    writer.int(status.code)
                    write(value, &writer)
                    writer.name("problem")
                    writer.null()
                case .failure(let problem):
                    writer.int(problem.kind.status)
                    write(nil, &writer)
                    writer.name("problem")
                    problem.write(to: &writer, requestID: context.requestID)
                }
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
    }

    /// A page with the cursor of the next.
    static func page<Item>(_ page: Page<Item>, scope: String, _ write: (Item, inout JSONWriter) -> Void) -> Response {
        json { page.write(to: &$0, scope: scope, write) }
    }
}

extension Page {
    /// Writes the items and the cursor of the next page.
    func write(to writer: inout JSONWriter, scope: String, _ write: (Item, inout JSONWriter) -> Void) {
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for item in items { write(item, &writer) }
        writer.endArray()
        writer.name("next_cursor")
        writer.string(next.map { Cursor.text(of: $0, scope: scope) })
        writer.endObject()
    }
}

extension Request {
    /// The body as JSON; nil when it is empty.
    /// - Throws: `Problem` 400, 413 or 415.
    func json(types: [String] = ["application/json"]) async throws -> JSONValue? {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > 1 << 20 {
            throw Problem(.bodyTooLarge, "A body may have at most 1 MiB; this one has \(length) bytes.")
        }
        let buffer = try await wholeBody()
        if buffer.readableBytes == 0 { return nil }
        let type = headers[.contentType]?.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard let type, types.contains(type) else {
            throw Problem(.unsupportedMediaType, "Send \(types.joined(separator: " or ")).")
        }
        if let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Problem(.unsupportedMediaType, "Send the body as it is, without Content-Encoding.")
        }
        do throws(JSONError) {
            return try JSONValue(parsing: Array(buffer.readableBytesView))
        } catch {
            throw Problem(.malformedJSON, "\(error).")
        }
    }

    /// - Throws: `Problem` 413 for too much, 400 when the caller left in the middle.
    func wholeBody() async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: 1 << 20)
        } catch let error as NIOTooManyBytesError {
            throw error
        } catch {
            throw Problem(.badRequest, "The body ended before its time.")
        }
    }

    /// The body as JSON, which must be there.
    func requiredJSON(types: [String] = ["application/json"]) async throws -> JSONValue {
        guard let value = try await json(types: types) else {
            throw Problem(.malformedJSON, "The body is empty; send a JSON object.")
        }
        return value
    }

    /// What a change of some fields comes as (RFC 7396).
    static let patchTypes = ["application/merge-patch+json", "application/json"]

    /// For calls whose body says nothing: empty, or an object without members.
    func requireEmpty() async throws {
        guard let value = try await json() else { return }
        let list = FaultList()
        Fields(value, into: list).finish()
        try list.throwIfAny()
    }
}
