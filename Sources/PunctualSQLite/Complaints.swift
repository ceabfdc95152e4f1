internal import GRDB
internal import PunctualCore

/// Puts SQLite's errors into the caller's words, and tells when one of them says that the file is damaged: no later
/// call can mend that.
final class Complaints: Sendable {
    private let path: String
    private let damage = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingOldest(1))

    init(path: String) { self.path = path }

    func storeError(_ error: any Error) -> StoreError {
        let error = StoreError(sqlite: error, path: path)
        if case .damaged(let text) = error { damage.continuation.yield(text) }
        return error
    }

    /// Waits until the file is found damaged; nil when the waiting task is cancelled. One caller at a time.
    func firstDamage() async -> String? {
        for await text in damage.stream { return text }
        return nil
    }
}

extension StoreError {
    /// - Parameter path: the database file.
    init(sqlite error: any Error, path: String) {
        switch error {
        case let error as StoreError: self = error
        case is CancellationError: self = .cancelled
        case let error as DatabaseError:
            let text = error.message ?? "SQLite error \(error.resultCode.rawValue)"
            switch error.resultCode.primaryResultCode {
            case .SQLITE_FULL: self = .full(text)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                self = .damaged("\(path): \(text); restore it from a backup or name another file")
            case .SQLITE_INTERRUPT, .SQLITE_ABORT: self = .cancelled
            default: self = .unavailable(text)
            }
        default: self = .unavailable("\(error)")
        }
    }
}
