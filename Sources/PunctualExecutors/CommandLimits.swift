internal import Glibc

/// What each process of a command may use; setrlimit(2) says what happens past it.
///
/// They stop a command that has run wild, so the defaults are far above what an honest one needs. None may be more than
/// this process has itself.
package struct CommandLimits: Hashable, Sendable {
    /// Bytes of address space, `RLIMIT_AS`; nil for no limit. Programs reserve far more than they use.
    package var memoryBytes: UInt64? = 64 << 30
    /// Bytes of the largest file it may write, `RLIMIT_FSIZE`; nil for no limit.
    package var fileBytes: UInt64? = 100 << 30
    /// Files it may hold open, `RLIMIT_NOFILE`; nil for no limit.
    package var openFiles: UInt64? = 4096
    /// Seconds of processor time, `RLIMIT_CPU`; nil for what all processors can give until the attempt's time is up, which
    /// ends a command that spins although this process is dead.
    package var cpuSeconds: UInt64?

    package init() {}

    /// Sets the limits of a process and of what it has started already; memory dumps are never written.
    ///
    /// posix_spawn(3) cannot set limits before a program begins, so they come right after.
    func hold(_ process: pid_t, timeout: Duration) {
        let seconds =
            cpuSeconds ?? UInt64(timeout.components.seconds + 6) * UInt64(max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))))
        var waiting = [process]
        while let next = waiting.popLast() {
            Self.set(RLIMIT_CORE, 0, of: next)
            Self.set(RLIMIT_CPU, seconds, of: next)
            if let openFiles { Self.set(RLIMIT_NOFILE, openFiles, of: next) }
            if let memoryBytes { Self.set(RLIMIT_AS, memoryBytes, of: next) }
            if let fileBytes { Self.set(RLIMIT_FSIZE, fileBytes, of: next) }
            // Its children after its own limits: those that come later inherit them.
            waiting += ProcessTable.children(of: next)
        }
    }

    /// prlimit(2), which the headers that Swift reads leave out; found by name in the C library, which has it since 2.13.
    private static let prlimit = dlsym(nil, "prlimit").map {
        unsafeBitCast(
            $0,
            to: (@convention(c) (pid_t, CInt, UnsafePointer<rlimit>?, UnsafeMutablePointer<rlimit>?) -> CInt).self)
    }

    private static func set(_ resource: __rlimit_resource, _ value: UInt64, of process: pid_t) {
        let resource = CInt(bitPattern: resource.rawValue)
        var limit = rlimit()
        // A process that has ended needs no limits.
        guard let prlimit, prlimit(process, resource, nil, &limit) == 0 else { return }
        let most = min(limit.rlim_max, rlim_t(value))
        limit = rlimit(rlim_cur: min(limit.rlim_cur, most), rlim_max: most)
        _ = prlimit(process, resource, &limit, nil)
    }
}
