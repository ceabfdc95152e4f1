internal import Synchronization

/// What the calls of one page share: together they count against each service's limit once.
final class PageVisit: Sendable {
    private let services = Mutex<Set<String>>([])

    /// Whether nothing has been asked of the service yet.
    func isFirst(of service: String) -> Bool { services.withLock { $0.insert(service).inserted } }
}
