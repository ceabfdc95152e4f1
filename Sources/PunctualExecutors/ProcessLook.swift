internal import Dispatch
internal import Glibc

/// Finds the processes of a run. One look at the machine serves all who asked before it began: it reads a file a
/// process, and hundreds of commands that end together would else spend their time on nothing but reading each other's.
actor ProcessLook {
    /// The entry of the environment that every process of a run inherits, in whatever session it hides; its value is the
    /// run's mark.
    static let markName = "PUNCTUAL_RUN"
    static let shared = ProcessLook()

    private var last: Task<[String: [pid_t]], Never>?
    /// A look that has begun may have passed by what is asked for now.
    private var hasBegun = true

    /// The living processes with this mark, as they are at some instant after the call.
    func processes(marked mark: String) async -> [pid_t] { await next().value[mark] ?? [] }

    private func next() -> Task<[String: [pid_t]], Never> {
        if let last, !hasBegun { return last }
        let before = last
        hasBegun = false
        let look = Task {  // It is for all who ask, and lasts longer than the first of them may.
            _ = await before?.value
            hasBegun = true
            return await Self.look()
        }
        last = look
        return look
    }

    /// Outside the cooperative pool, since it reads files.
    private static func look() async -> [String: [pid_t]] {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: ProcessTable.processes(byEnvironment: markName))
            }
        }
    }
}
