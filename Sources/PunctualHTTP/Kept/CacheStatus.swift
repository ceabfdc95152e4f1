internal import HTTPTypes
internal import Hummingbird
internal import PunctualCore

/// What the cache did for an answer, as `Cache-Status` tells it (RFC 9211).
struct CacheStatus: Sendable {
    let field: String

    /// The caller wanted no copy.
    static let requested = CacheStatus(field: "punctual; fwd=request")

    private init(field: String) { self.field = field }

    init(_ answer: CacheAnswer) {
        // Whole seconds (§2.4); what counts for less than one has 0.
        let left = answer.left.map { max(0, Int($0 / .seconds(1))) }
        let time = left.map { "; ttl=\($0)" } ?? ""
        let words: String =
            switch answer.source {
            case .local: "hit\(time)"
            case .shared: "hit\(time); detail=shared"
            case .joined: "fwd=miss; collapsed"
            case .loaded: left == nil ? "fwd=miss" : "fwd=miss; stored\(time)"
            case .passed: left == nil ? "fwd=bypass; detail=changing" : "fwd=miss; stored\(time); detail=alone"
            }
        field = "punctual; \(words)"
    }
}

extension Response {
    /// The same, with what the cache did; nil when there is none.
    func telling(_ status: CacheStatus?) -> Response {
        guard let status else { return self }
        var response = self
        response.headers[CacheStatus.name] = status.field
        return response
    }
}

extension CacheStatus {
    fileprivate static let name = HTTPField.Name("Cache-Status")!
}
