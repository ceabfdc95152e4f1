internal import ArgumentParser
internal import PunctualJSON
internal import PunctualServer
internal import Synchronization

struct MigrateCopy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy everything from one database into another.",
        discussion: """
            EXAMPLES
              punctual migrate copy --from sqlite:jobs.sqlite --to postgres://punctual@localhost/punctual

            Jobs, executions, paused queues, users, keys, roles, secrets and the audit log,
            just as they are, but for what executions said while they ran; then both are read to their ends and compared. Stop the
            nodes of both before, and give those of the target the same master key.
            Broken off, it goes on when it is run again.
            """)

    @Option(name: .long, help: "The database to copy: sqlite:PATH or postgres://USER@HOST/DATABASE.")
    var from: String

    @Option(name: .long, help: "The database to copy into.")
    var to: String

    @OptionGroup var output: OutputOptions

    func validate() throws {
        for (flag, url) in [("--from", from), ("--to", to)] where !Settings.isDatabaseURL(url) {
            throw ValidationError(
                "\(flag) \"\(Settings.shown(databaseURL: url))\": must be \(Settings.databaseURLForms)")
        }
        if from == to { throw ValidationError("--from and --to name the same database") }
    }

    func run() async throws {
        let bar = Mutex(ProgressBar())
        let phase = Mutex<StoreCopy.Progress.Phase?>(nil)
        let report = try await StoreCopy.run(from: from, to: to) { progress in
            bar.withLock { bar in
                let isNew = phase.withLock { last in
                    defer { last = progress.phase }
                    return last != progress.phase
                }
                if isNew { bar = ProgressBar() }
                bar.show(progress.phase.rawValue, progress.done, of: progress.total)
            }
        }
        output.show(
            [
                [
                    "jobs": .int(Int64(report.jobs)), "executions": .int(Int64(report.executions)),
                    "written": .int(Int64(report.written)), "paused_queues": .int(Int64(report.pausedQueues)),
                    "limits": .int(Int64(report.limits)),
                    "access_rows": .int(Int64(report.accessRows)), "audit_entries": .int(Int64(report.auditEntries)),
                    "checksum": .string(report.checksum),
                ]
            ], as: MigrateCopy.view)
    }

    private static let view = View(
        key: "checksum",
        columns: [
            View.field("jobs", "jobs"), View.field("executions", "executions"), View.field("written", "written"),
            View.field("paused queues", "paused_queues"), View.field("limits", "limits"),
            View.field("access", "access_rows"),
            View.field("audit", "audit_entries"), View.field("checksum", "checksum", limit: 64),
        ])
}
