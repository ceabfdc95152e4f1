internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON

/// `/api/v1/audit`
struct AuditController {
    let services: APIServices

    /// Newest first.
    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        var fields = QueryFields(request)
        var query = AuditQuery()
        query.principal = fields.text("principal")
        query.operation = fields.text("operation")
        query.resource = fields.text("resource")
        query.service = fields.word("service")
        query.from = fields.instant("from")
        query.to = fields.instant("to")
        let page = try fields.page(of: "audit")
        query.limit = page.limit
        query.before = page.after?.value.flatMap { Int64($0) }
        let entries = try await access.audits.auditEntries(query)
        let last = entries.count == query.limit ? entries.last?.sequence : nil
        return Answer.page(
            Page(
                items: entries, next: last.map { PageKey(value: String($0), id: Identifier(high: 0, low: 0)) }),
            scope: page.scope
        ) { $1.value($0.exported) }
    }

    /// Where it ends, and whether its entries and the store's own note of that agree.
    func end(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        let end = try await AuditEnd.read(access.audits)
        return Answer.json {
            $0.value([
                "status": end.fault == nil ? "sound" : "tampered",
                "head": end.stored.map { .string($0.text) } ?? .null, "last": .string(end.last.text),
                "detail": end.fault.map(JSONValue.string) ?? .null,
            ])
        }
    }

    /// All of it, oldest first, a JSON object a line: what `punctual audit verify` reads.
    func export(_ request: Request, _ context: APIContext) async throws -> Response {
        let access = try services.requireAccess()
        var fields = QueryFields(request)
        let first = fields.int("from_sequence", 1...Int(Int32.max), default: 1)
        try fields.finish()
        // Up to where the log reached at the beginning; else a busy one would never end.
        let end = try await access.audits.auditHead().sequence
        return Response(
            status: .ok, headers: [.contentType: "application/x-ndjson"],
            body: ResponseBody { writer in
                var next = Int64(first)
                while next <= end {
                    let entries = try await access.audits.auditEntries(from: next, limit: 500)
                    guard let last = entries.last else { break }
                    var text = ByteBuffer()
                    for entry in entries where entry.sequence <= end {
                        var line = JSONWriter()
                        line.value(entry.exported)
                        text.writeBytes(line.bytes)
                        text.writeString("\n")
                    }
                    if text.readableBytes > 0 { try await writer.write(text) }
                    next = last.sequence + 1
                }
                try await writer.finish(nil)
            })
    }
}
