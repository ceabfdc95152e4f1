package import FaultProxy
internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// One node of a cluster: the real program, started again as often as a drill ends it.
package final class ClusterNode: Sendable {
    /// What a node is started as.
    package struct Plan: Sendable, Hashable {
        package var name: String
        package var roles: [String]
        /// How far the node's wall clock is ahead of the host's.
        package var skew: Skew?
        /// Beside those that every node of a cluster gets; by their full names.
        package var variables: [String: String]

        package init(
            _ name: String, roles: [String] = ["api", "scheduler", "worker"], skew: Skew? = nil,
            variables: [String: String] = [:]
        ) {
            self.name = name
            self.roles = roles
            self.skew = skew
            self.variables = variables
        }
    }

    package let plan: Plan
    /// Stands between this node and the database.
    package let proxy: FaultProxy
    /// Where its API is reached.
    package let address: String
    private let program: String
    private let variables: [String: String]
    private let logPath: String
    private let life = Mutex(Life())

    private struct Life {
        var process: Process?
        var number = 0
        var isWanted = false
    }

    init(
        _ plan: Plan, program: String, proxy: FaultProxy, port: Int, folder: String, variables: [String: String]
    ) {
        self.plan = plan
        self.proxy = proxy
        self.program = program
        address = "http://127.0.0.1:\(port)"
        logPath = "\(folder)/\(plan.name).log"
        var all = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8",
            "PUNCTUAL_HTTP_PORT": "\(port)", "PUNCTUAL_ROLES": plan.roles.joined(separator: ","),
        ]
        all.merge(variables) { $1 }
        all.merge(plan.variables) { $1 }
        if let skew = plan.skew {
            all["LD_PRELOAD"] = Skew.library
            switch skew {
            case .seconds(let seconds): all["CLOCK_SKEW"] = "\(seconds)"
            case .file(let path): all["CLOCK_SKEW_FILE"] = path
            }
        }
        self.variables = all
    }

    /// The node's id: each start has its own, as each pod has, so that a new one inherits no lease.
    package var id: String { "\(plan.name).\(life.withLock { $0.number })" }

    /// All that it wrote, of every start.
    package var log: String { String(decoding: FileManager.default.contents(atPath: logPath) ?? Data(), as: UTF8.self) }

    /// How often it was started.
    package var starts: Int { life.withLock { $0.number } }

    package var isRunning: Bool { life.withLock { $0.process?.isRunning ?? false } }

    /// Whether it has ended although nobody asked it to, after it had been ready.
    package var hasFailed: Bool { life.withLock { $0.isWanted && $0.process?.isRunning == false } }

    /// Starts the program; it ends with this process, whatever becomes of that.
    package func start() async throws {
        let isThere =
            FileManager.default.fileExists(atPath: logPath)
            || FileManager.default.createFile(atPath: logPath, contents: nil)
        guard isThere, let output = FileHandle(forWritingAtPath: logPath) else {
            throw ChaosFailure("cannot write \(logPath)")
        }
        try output.seekToEnd()
        // The kernel ends a child with the thread that started it; an event loop's thread lives as long as this process.
        try await MultiThreadedEventLoopGroup.singleton.next().submit { [self] in
            try life.withLock { life in
                life.number += 1
                life.isWanted = false
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
                process.arguments = ["--pdeathsig", "KILL", program, "serve"]
                process.environment = variables.merging(["PUNCTUAL_NODE_ID": "\(plan.name).\(life.number)"]) { $1 }
                process.standardInput = FileHandle.nullDevice
                process.standardOutput = output
                process.standardError = output
                try process.run()
                life.process = process
            }
        }.get()
        try output.close()
    }

    /// Sends a signal; nothing happens when it does not run.
    package func send(_ signal: Int32) {
        life.withLock { life in
            guard let process = life.process, process.isRunning else { return }
            if signal == SIGKILL || signal == SIGTERM { life.isWanted = false }
            kill(process.processIdentifier, signal)
        }
    }

    /// Waits for the program's end.
    /// - Returns: the exit code, or the signal's number with a minus; nil when it still runs after `limit`.
    package func ended(within limit: Duration = .seconds(60)) async throws -> Int32? {
        let deadline = ContinuousClock.now + limit
        while isRunning {
            if ContinuousClock.now > deadline { return nil }
            try await Task.sleep(for: .milliseconds(10))
        }
        return life.withLock { life in
            guard let process = life.process else { return nil }
            return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        }
    }

    /// Waits until the node has said that it is ready.
    package func ready(within limit: Duration = .seconds(60)) async throws {
        let wanted = "(node \(id),"
        let deadline = ContinuousClock.now + limit
        while !log.contains(wanted) {
            guard isRunning, ContinuousClock.now < deadline else {
                throw ChaosFailure("\(id) is not ready within \(limit):\n\(log.suffix(4000))")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        life.withLock { $0.isWanted = true }
    }
}

/// How a node's wall clock is wrong; its other clocks stay right, as they do when only the wall clock of a machine is wrong.
package enum Skew: Sendable, Hashable {
    /// By so many seconds throughout.
    case seconds(Int)
    /// By the seconds that the file at that path holds, which may change.
    case file(String)

    /// What is preloaded into the node; it lies beside the program that is built with it.
    ///
    /// Debian's libfaketime takes instants of the monotonic clock for instants of the wall clock where timers are set
    /// (`timerfd_settime`), so that they ring minutes late.
    static let library: String = {
        // Empty where there is no /proc; then `Cluster` says what is missing.
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: program).deletingLastPathComponent().appending(path: "libClockSkew.so").path()
    }()
}
