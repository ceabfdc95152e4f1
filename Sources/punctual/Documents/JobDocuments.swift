internal import Foundation
internal import PunctualJSON

/// The jobs that files describe: YAML or JSON, one or many documents, lists, or lists under `items`.
enum JobDocuments {
    static let mostBytes = 8 * 1024 * 1024
    /// What a server adds to a job; left out, so that what `job get` printed can be applied again.
    static let serverFields: Set<String> = [
        "id", "status", "pause_reason", "next_run_at", "last_run_at", "last_status", "run_count", "failure_count",
        "created_by", "created_at", "updated_at", "version",
    ]

    /// - Parameter path: `-` for standard input.
    /// - Throws: `Failure` that names the file.
    static func read(file path: String) throws(Failure) -> [JSONObject] {
        let (name, bytes) = try bytes(of: path)
        do throws(DocumentError) {
            return try jobs(bytes)
        } catch {
            throw Failure(.failed, "\(name): \(error)")
        }
    }

    /// What a file holds, and its name for messages.
    static func bytes(of path: String) throws(Failure) -> (name: String, bytes: [UInt8]) {
        let name = path == "-" ? "standard input" : path
        let data: Data? =
            path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: path)
        guard let data else { throw Failure(.failed, "cannot read \(name)") }
        return (name, Array(data))
    }

    static func checked(_ bytes: [UInt8]) throws(DocumentError) -> String {
        if bytes.count > mostBytes { throw DocumentError(description: "is larger than \(mostBytes) bytes") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DocumentError(description: "is no UTF-8 text")
        }
        return text
    }

    static func jobs(_ bytes: [UInt8]) throws(DocumentError) -> [JSONObject] {
        var jobs: [JSONObject] = []
        var seen: Set<[String]> = []
        for document in try values(checked(bytes)) {
            let items = document.array ?? document["items"]?.array ?? (document.isNull ? [] : [document])
            for item in items {
                guard var job = item.object else {
                    throw DocumentError(description: "job \(jobs.count + 1) is \(item.kind), not an object")
                }
                guard let name = job["name"]?.string, !name.isEmpty else {
                    throw DocumentError(description: "job \(jobs.count + 1) has no name")
                }
                for field in serverFields { job[field] = nil }
                if !seen.insert([job["service"]?.string ?? "default", name]).inserted {
                    throw DocumentError(description: "names the job \(name) twice")
                }
                jobs.append(job)
            }
        }
        return jobs
    }

    /// The documents of a text, YAML or JSON.
    static func values(_ text: String) throws(DocumentError) -> [JSONValue] {
        let first = text.first { !$0.isWhitespace }
        guard first == "{" || first == "[" else { return try YAMLReader.documents(text) }
        do throws(JSONError) {
            return [try JSONValue(parsing: text)]
        } catch {
            // One value a line is a common form.
            let lines = text.split(whereSeparator: \.isNewline).filter { $0.contains { !$0.isWhitespace } }
            let values = lines.compactMap { try? JSONValue(parsing: String($0)) }  // The first error tells the rest.
            if lines.count > 1, values.count == lines.count { return values }
            let flow = try? YAMLReader.documents(text)  // Its flow style begins with the same brackets; else as above.
            if let flow { return flow }
            throw DocumentError(description: "is no JSON: \(error)")
        }
    }
}
