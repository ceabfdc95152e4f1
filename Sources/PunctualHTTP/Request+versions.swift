internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualCore

extension Request {
    /// Checks `If-Match` (RFC 9110 §13.1.1) by strong comparison.
    /// - Throws: `StoreError.versionConflict`, or `Problem` 412 for a field that names no version at all.
    func checkVersion(_ current: Int, of kind: String) throws {
        _ = try wantedVersion(current, of: kind)
    }

    /// The same for a change that the store makes.
    /// - Returns: the version that the change must find; nil when any is welcome.
    func wantedVersion(_ current: Int, of kind: String) throws -> Int? {
        if takesAnyVersion { return nil }
        let tags = headers[values: .ifMatch].joined(separator: ",").split(separator: ",").map { $0.drop { $0 == " " } }
        let versions = tags.compactMap { tag -> Int? in
            var tag = tag
            while tag.last == " " { tag.removeLast() }
            guard tag.count > 2, tag.hasPrefix("\""), tag.hasSuffix("\"") else { return nil }
            return Int(tag.dropFirst().dropLast())
        }
        guard !versions.isEmpty else {
            throw Problem(
                .versionConflict, "If-Match names no version of this \(kind); send its ETag, such as \"1\" in quotes.")
        }
        guard versions.contains(current) else { throw StoreError.versionConflict(current: current) }
        return current
    }

    /// Makes a change that reads, checks the version and writes; anew while others are faster, unless it is for the
    /// version of `If-Match` alone.
    func change<Value>(_ kind: String, _ change: () async throws -> Value) async throws -> Value {
        takesAnyVersion ? try await whileOvertaken(kind, change) : try await change()
    }

    private var takesAnyVersion: Bool {
        let fields = headers[values: .ifMatch]
        return fields.isEmpty || fields == ["*"]
    }
}

/// Makes a change that reads and writes; anew while others are faster, twenty times at most.
/// - Throws: `Problem` 409 after that, and what the change throws, but for `StoreError.versionConflict`.
func whileOvertaken<Value>(_ kind: String, _ change: () async throws -> Value) async throws -> Value {
    for _ in 0..<20 {
        do {
            return try await change()
        } catch StoreError.versionConflict {
            continue
        }
    }
    throw Problem(.conflict, "The \(kind) is being changed by others; try again.")
}
