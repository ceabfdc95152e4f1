internal import CRabbitMQ
internal import Glibc
internal import Synchronization

/// What other tasks want of a lane's thread: they put letters in, the thread takes them out and waits for more.
///
/// librabbitmq blocks its thread, so a connection lives on one of its own, and nothing waits on the cooperative pool.
final class Mailbox<Letter: Sendable>: Sendable {
    private struct State {
        var letters: [Letter] = []
        var isClosed = false
        /// The socket that the thread may be stuck on.
        var socket: Int32?
        /// Whether every socket is broken from now on.
        var isBroken = false
    }

    private let state = Mutex(State())
    private let bell: Int32

    init() {
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    }

    deinit { close(bell) }

    /// - Parameter isLast: whether nothing may be put in after it.
    /// - Returns: false when nothing may be put in any more.
    @discardableResult
    func put(_ letter: Letter, isLast: Bool = false) -> Bool {
        let isTaken = state.withLock { state in
            if state.isClosed { return false }
            state.letters.append(letter)
            state.isClosed = isLast
            return true
        }
        if isTaken { ring() }
        return isTaken
    }

    /// Whether nothing may be put in any more.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// What was put in since the last time, in order.
    func takeAll() -> [Letter] {
        state.withLock { state in
            defer { state.letters = [] }
            return state.letters
        }
    }

    /// Breaks the connection that the thread is on, so that a call that is stuck returns.
    /// - Parameter forGood: whether those that it opens later are broken, too.
    func interrupt(forGood: Bool = false) {
        state.withLock { state in
            if forGood { state.isBroken = true }
            if let socket = state.socket { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// Which socket `interrupt` breaks; nil before it is closed, since its number may be another's then.
    func setSocket(_ socket: Int32?) {
        state.withLock { state in
            state.socket = socket
            if state.isBroken, let socket { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// Waits for a letter, for something to read on the socket, or until the time is up. For the thread alone.
    func wait(socket: Int32?, atMost limit: Duration) {
        var entries = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
        if let socket { entries.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0)) }
        let milliseconds = Int32(clamping: limit / .milliseconds(1) < 0 ? 0 : Int64(limit / .milliseconds(1)) + 1)
        // An interrupted wait is one that ended early.
        _ = poll(&entries, nfds_t(entries.count), milliseconds)
        if entries[0].revents != 0 {
            var count: UInt64 = 0
            _ = read(bell, &count, 8)
        }
    }

    private func ring() {
        var one: UInt64 = 1
        // It fails only when the counter is full, and then the thread wakes anyway.
        _ = write(bell, &one, 8)
    }
}

/// Runs the body on a thread of its own, which ends with it.
func startThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let started = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        }, Unmanaged.passRetained(ThreadBody(body)).toOpaque())
    precondition(started == 0, "the system gives no more threads")
    pthread_detach(thread)
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Something that happens once, and that tasks may wait for.
final class Happening: Sendable {
    private struct State {
        var hasHappened = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var hasHappened: Bool { state.withLock { $0.hasHappened } }

    func happen() {
        let waiting = state.withLock { state in
            state.hasHappened = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when it has happened, or when that has taken longer than it may and `giveUp` has been called.
    ///
    /// What happens later is nobody's to wait for any more. A cancelled task waits, too, since this is bounded.
    func wait(atMost limit: Duration, giveUp: @escaping @Sendable () -> Void) async {
        if hasHappened { return }
        let guardian = Task {  // Cancelled below; it ends by itself besides.
            try await Task.sleep(for: limit)
            giveUp()
            // A thread whose socket is broken ends at once; one that looks up a name is left to itself.
            try await Task.sleep(for: .milliseconds(500))
            happen()
        }
        await wait()
        guardian.cancel()
    }

    /// Returns when it has happened; a cancelled task waits, too, since what it waits for is bounded.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.hasHappened { state.waiting.append(continuation) }
                return state.hasHappened
            }
            if isOver { continuation.resume() }
        }
    }
}
