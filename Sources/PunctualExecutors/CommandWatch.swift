internal import Foundation
internal import PunctualCore
internal import PunctualSchedule
internal import SystemPackage

/// Looks after one process: reads what it says, keeps its time, and ends everything that it started.
struct CommandWatch {
    enum Stop { case timeout, cancelled }

    let process: pid_t
    /// What `ProcessLook` finds every process of this run by.
    let mark: String
    let output: FileDescriptor
    let deadline: ContinuousClock.Instant
    private(set) var said = CommandOutput()
    private var lines: OutputLines?
    private(set) var stop: Stop?
    private let clock = ContinuousClock()

    /// From the first signal to the last.
    static let killAfter = Duration.seconds(4)
    /// How often the processes are looked for until none is left; more than it takes unless the kernel cannot end one.
    private static let sweeps = 100

    /// - Parameter sink: takes what it says while it runs; nil when nobody listens.
    init(process: pid_t, mark: String, output: FileDescriptor, timeout: Duration, sink: OutputSink?) {
        lines = sink.map(OutputLines.init)
        self.process = process
        self.mark = mark
        self.output = output
        deadline = ContinuousClock.now.advanced(by: timeout)
    }

    /// Returns when the process has ended, by itself or by us, and all it started with it.
    ///
    /// It looks rather than waits for the output's end: a grandchild that keeps the pipe must not keep the execution.
    mutating func untilEnd() async {
        let began = clock.now
        var pause = Duration.milliseconds(1)
        var killAt: ContinuousClock.Instant?
        while true {
            read()
            if hasEnded { break }
            if stop == nil, Task.isCancelled || clock.now >= deadline {
                stop = Task.isCancelled ? .cancelled : .timeout
                killAt = clock.now.advanced(by: Self.killAfter)
                kill(-process, SIGTERM)
                for stray in await strays() { kill(stray, SIGTERM) }
            }
            if let instant = killAt, clock.now >= instant {
                kill(-process, SIGKILL)
                killAt = nil
            }
            // Waits also when the task has been cancelled: the process still has to end.
            await Self.rest(pause)
            // What runs long is looked at more rarely, so that hundreds of commands cost little while they run.
            pause = min(pause * 2, max(.milliseconds(20), min(began.duration(to: clock.now) / 20, .milliseconds(100))))
        }
        await endStrays()
        read()
        lines?.finish()
    }

    /// Ends what the process left behind: its group, and what has left the group by setsid(2).
    private func endStrays() async {
        // The ended process was not collected yet, so its number, and its group's, cannot be anybody else's.
        kill(-process, SIGKILL)
        var empty = 0
        for _ in 0..<Self.sweeps {
            let strays = await strays()
            for stray in strays { kill(stray, SIGKILL) }
            // A process shows no environment for the moment in which it becomes another program, so one look is not enough.
            empty = strays.isEmpty ? empty + 1 : 0
            if empty == 2 { return }
            if !strays.isEmpty { await Self.rest(.milliseconds(10)) }
        }
    }

    /// The living processes of this run other than the first.
    private func strays() async -> [pid_t] {
        await ProcessLook.shared.processes(marked: mark).filter { $0 != process }
    }

    private static func rest(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(duration.wholeMilliseconds))) {
                continuation.resume()
            }
        }
    }

    /// Whether the process has ended; it stays to be collected by Subprocess.
    private var hasEnded: Bool {
        var information = siginfo_t()
        let result = waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
        return result != 0 || information._sifields._kill.si_pid != 0
    }

    private mutating func read() {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { chunk in
            // A bounded turn, so that a process that never stops talking cannot keep us from looking at its time.
            for _ in 0..<64 {
                let count = Foundation.read(output.rawValue, chunk.baseAddress, chunk.count)
                if count <= 0 { return }
                said.append(chunk[0..<count])
                lines?.append(UnsafeRawBufferPointer(rebasing: chunk[0..<count]))
            }
        }
    }
}
