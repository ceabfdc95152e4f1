internal import PunctualAPI
internal import PunctualClient
internal import PunctualJSON
internal import PunctualServer

extension Server {
    func get(_ path: String, _ query: [(String, String)] = []) async throws -> JSONValue {
        try await json(client.send("GET", APIPath.prefix + path, query: query))
    }

    /// Sends and reads an answer; one without a body is null.
    func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, version: Int64? = nil
    ) async throws -> JSONValue {
        let headers = version.map { [("if-match", "\"\($0)\"")] } ?? []
        return try await json(client.send(method, APIPath.prefix + path, body: body, headers: headers))
    }

    private func json(_ answer: ClientAnswer) throws(Failure) -> JSONValue {
        if answer.bytes.isEmpty { return .null }
        guard let json = answer.json else {
            throw Failure(
                .failed, "\(client.address) answered with something that is no JSON; is it a Punctual server?")
        }
        return json
    }

    /// All items of a paged list, at most `limit`.
    func items(_ path: String, _ query: [(String, String)], limit: Int) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor: String?
        repeat {
            var page = query + [("limit", String(min(200, limit - items.count)))]
            if let cursor { page.append(("cursor", cursor)) }
            let answer = try await get(path, page)
            items += answer["items"]?.array ?? []
            cursor = answer["next_cursor"]?.string
        } while cursor != nil && items.count < limit
        return items
    }

    /// The job of that name within the service; nil when there is none.
    func job(named name: String, service: String) async throws -> JSONValue? {
        try await items("/jobs", [("service", service), ("name", name)], limit: 2).first { $0["name"]?.string == name }
    }

    /// The job that the id or name means.
    /// - Throws: `Failure` of status not found, with similar names.
    func job(_ reference: String, service: String) async throws -> JSONValue {
        if JobReference.isIdentifier(reference) { return try await get("/jobs/\(reference.lowercased())") }
        if let job = try await job(named: reference, service: service) { return job }
        let known = try await items("/jobs", [("service", service)], limit: 1000).compactMap { $0["name"]?.string }
        throw Failure(.notFound, JobReference.complaint(about: reference, service: service, known: known))
    }

    /// The id of the job that the id or name means.
    func jobID(_ reference: String, service: String) async throws -> String {
        if JobReference.isIdentifier(reference) { return reference.lowercased() }
        return try await job(reference, service: service)["id"]?.string ?? reference
    }
}

/// How a job is named on the command line: by its id, or by its name within a service.
enum JobReference {
    static func isIdentifier(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 36
            && bytes.enumerated().allSatisfy { index, byte in
                [8, 13, 18, 23].contains(index)
                    ? byte == UInt8(ascii: "-")
                    : (48...57).contains(byte) || (97...102).contains(byte | 32)
            }
    }

    static func complaint(about name: String, service: String, known: [String]) -> String {
        let near = Nearest.word(to: name, among: known)
        let hint = near.map { "did you mean \($0)?" } ?? "`punctual job list` shows what there is"
        return "no job named \(DisplayWidth.tame(name)) in service \(service): \(hint)"
    }
}
