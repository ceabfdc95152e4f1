internal import CLibpq
internal import Dispatch
internal import Glibc
internal import Synchronization

/// A thread that runs one actor's jobs and waits for its socket in between, so that nothing waits on the cooperative pool.
final class EventThread: SerialExecutor, @unchecked Sendable {
    /// What the actor waits for besides its jobs.
    struct Interest {
        /// nil while there is no socket.
        var socket: Int32?
        var wantsToWrite = false
        /// The monotonic nanoseconds at which to look again; nil when nothing is timed.
        var deadline: UInt64?
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var isAsleep = false
        var isStopped = false
        /// The thread runs nothing any more.
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let bell: Int32
    /// Written once, by the thread itself before it runs anything; `checkIsolated` is only called from what it runs.
    private var thread: pthread_t?

    init() {
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    }

    deinit { close(bell) }

    /// Starts the thread; it holds `self` and what the closures hold until `stop`.
    /// - Parameters:
    ///   - interest: asked before each wait, on the thread.
    ///   - look: called after each wait, on the thread, with whether the socket has something to read: read and write it,
    ///     see what is late.
    func start(interest: @escaping @Sendable () -> Interest, look: @escaping @Sendable (Bool) -> Void) {
        let body = ThreadBody {
            self.thread = pthread_self()
            self.loop(interest: interest, look: look)
        }
        var thread = pthread_t()
        let started = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(body).toOpaque())
        precondition(started == 0, "the system gives no more threads")
        pthread_detach(thread)
    }

    /// Ends the thread after the jobs that wait; jobs that come later run on a thread of the system's.
    func stop() {
        state.withLock { $0.isStopped = true }
        ring()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        enum Next { case nothing, ring, runElsewhere }
        let next: Next = state.withLock { state in
            // An actor's job must run, or who awaits it waits for ever; the connection is closed by now.
            if state.hasEnded { return .runElsewhere }
            state.jobs.append(job)
            defer { state.isAsleep = false }
            return state.isAsleep ? .ring : .nothing
        }
        switch next {
        case .nothing: break
        case .ring: ring()
        case .runElsewhere: leftovers.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }
    }

    private let leftovers = DispatchQueue(label: "punctual.postgres.leftovers")

    func checkIsolated() {
        precondition(isThisThread, "not on the connection's thread")
    }

    private var isThisThread: Bool {
        thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false
    }

    private func ring() {
        var one: UInt64 = 1
        // It fails only when the counter is full, and then the thread wakes anyway.
        _ = write(bell, &one, 8)
    }

    private func loop(interest: () -> Interest, look: (Bool) -> Void) {
        let executor = asUnownedSerialExecutor()
        while true {
            let (jobs, hasEnded) = state.withLock { state in
                defer { state.jobs = [] }
                // Asleep from here on: whoever enqueues now rings, and the wait below ends at once.
                state.isAsleep = state.jobs.isEmpty
                state.hasEnded = state.isStopped && state.jobs.isEmpty
                return (state.jobs, state.hasEnded)
            }
            if hasEnded { return }
            for job in jobs { job.runSynchronously(on: executor) }
            look(wait(interest(), mayBlock: jobs.isEmpty))
        }
    }

    /// - Returns: whether the socket has something to read, if only its end.
    private func wait(_ interest: Interest, mayBlock: Bool) -> Bool {
        var entries = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
        if let socket = interest.socket {
            entries.append(
                pollfd(fd: socket, events: Int16(POLLIN | (interest.wantsToWrite ? POLLOUT : 0)), revents: 0))
        }
        var milliseconds: Int32 = mayBlock ? -1 : 0
        if mayBlock, let deadline = interest.deadline {
            let now = MonotonicTime.now
            milliseconds = deadline <= now ? 0 : Int32(clamping: (deadline - now) / 1_000_000 + 1)
        }
        // An interrupted wait is one that ended early.
        _ = poll(&entries, nfds_t(entries.count), milliseconds)
        state.withLock { $0.isAsleep = false }
        if entries[0].revents != 0 {
            var count: UInt64 = 0
            _ = read(bell, &count, 8)
        }
        return entries.count > 1 && entries[1].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Nanoseconds of a clock that nobody sets.
enum MonotonicTime {
    static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }
}
