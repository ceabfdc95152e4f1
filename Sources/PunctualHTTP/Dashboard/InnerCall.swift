internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualJSON

/// The way to one call of the API from inside.
struct InnerDoor: Sendable {
    let route: Route
    let answer: RouteTable.Handler
}

/// What a call of the API answered to a page.
struct InnerAnswer: Sendable {
    let status: Int
    let json: JSONValue
    let headers: HTTPFields

    var isGood: Bool { (200...299).contains(status) }
    /// One sentence on why it was refused.
    var detail: String { json["detail"]?.string ?? "The server answered \(status)." }
    /// What is wrong with which field, by JSON pointer.
    var faults: [(pointer: String, detail: String)] {
        (json["errors"]?.array ?? []).map {
            ($0["pointer"]?.string ?? $0["parameter"]?.string ?? "", $0["detail"]?.string ?? "")
        }
    }
}

/// A call that a page makes on behalf of whoever looks at it.
struct InnerCall: Sendable {
    let operation: APIOperation
    /// Of the path.
    var parameters: [String: String] = [:]
    var query: [(name: String, value: String)] = []
    var body: JSONValue?
    var headers: HTTPFields = [:]

    init(
        _ operation: APIOperation, _ parameters: [String: String] = [:], query: [(name: String, value: String)] = [],
        body: JSONValue? = nil, headers: HTTPFields = [:]
    ) {
        self.operation = operation
        self.parameters = parameters
        self.query = query
        self.body = body
        self.headers = headers
    }

    /// Knocks at the call's own door: the same rights, audit, idempotency and checks as from outside. Only what the page's door did
    /// is not done again.
    /// - Parameter outer: the request for the page, whose cookie comes along.
    func answer(
        _ outer: Request, _ context: APIContext, through doors: [APIOperation: InnerDoor]
    ) async throws
        -> InnerAnswer
    {
        guard let door = doors[operation], let method = HTTPRequest.Method(door.route.method) else {
            preconditionFailure("there is no route of \(operation)")
        }
        var context = context
        var path = door.route.path
        for (name, value) in parameters {
            context.coreContext.parameters[name[...]] = value[...]
            path = path.replacing("{\(name)}", with: FormFields.encoded(value))
        }
        if !query.isEmpty {
            path +=
                "?"
                + query.map { "\(FormFields.encoded($0.name))=\(FormFields.encoded($0.value))" }.joined(separator: "&")
        }
        var head = HTTPRequest(method: method, scheme: outer.head.scheme, authority: outer.head.authority, path: path)
        head.headerFields = headers
        head.headerFields[.cookie] = outer.headers[.cookie]
        var bytes = ByteBuffer()
        if let body {
            head.headerFields[.contentType] = "application/json"
            bytes.writeString(body.description)
        }
        let response: Response
        do {
            response = try await door.answer(Request(head: head, body: RequestBody(buffer: bytes)), context)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let problem = Problem(mapping: error)
            // The node's own trouble is the page's as well, and logged there.
            if problem.kind == .internal { throw error }
            response = problem.response(requestID: context.requestID)
        }
        let collected = try await response.body.collected()
        let isJSON = response.headers[.contentType]?.contains("json") ?? false
        return InnerAnswer(
            status: response.status.code,
            json: isJSON ? try JSONValue(parsing: Array(collected.readableBytesView)) : .null,
            headers: response.headers)
    }
}
