internal import CLibpq
internal import Dispatch

/// What it takes to ask the server to stop a statement; safe on any thread, as libpq says.
final class Cancellation: @unchecked Sendable {
    private let handle: OpaquePointer
    /// Asking opens a connection and waits for it.
    private static let queue = DispatchQueue(label: "punctual.postgres.cancel", attributes: .concurrent)

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { PQfreeCancel(handle) }

    func send() {
        Cancellation.queue.async { [self] in
            var complaint = [CChar](repeating: 0, count: 256)
            // When it fails, the statement goes on until its limit; the caller has been told already.
            _ = PQcancel(handle, &complaint, Int32(complaint.count))
        }
    }
}
