internal import ArgumentParser
internal import Foundation
internal import PunctualJSON
internal import PunctualSchedule

struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Try schedules out.",
        discussion: """
            EXAMPLES
              punctual schedule preview "0 9 * * MON" --timezone Europe/Berlin
            """,
        subcommands: [SchedulePreview.self])
}

struct SchedulePreview: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show what a schedule means and when it is due; needs no server.",
        discussion: """
            EXAMPLES
              punctual schedule preview "0 9 * * MON" --timezone Europe/Berlin
              punctual schedule preview "30 2 * * *" --timezone America/New_York --count 3
              punctual schedule preview "0 0/15 * ? * MON-FRI" --dialect quartz
              punctual schedule preview --every 90s
              punctual schedule preview --rrule "FREQ=WEEKLY;INTERVAL=2" --start 2026-01-30

            The note tells what a clock change does to an instant. `H` hashes
            from the job: each has its own instants.
            """)

    @Argument(help: "A cron expression.")
    var expression: String?
    @Option(name: .long, help: "A length of time instead of a cron expression.")
    var every: String?
    @Option(name: .long, help: "A recurrence rule of RFC 5545 instead of a cron expression.")
    var rrule: String?
    @Option(name: .long, help: "The local time from which on --rrule holds, such as 2026-01-30T17:00.")
    var start: String?
    @Option(name: .long, help: "The IANA zone whose clock it follows.")
    var timezone = "UTC"
    @Option(name: .long, help: "ocps, unix or quartz.")
    var dialect = "ocps"
    @Option(name: .customLong("dst-gap"), help: "For times that do not exist: next_valid, skip or shift.")
    var gap = "next_valid"
    @Option(name: .customLong("dst-overlap"), help: "For times that happen twice: first, last or both.")
    var overlap = "first"
    @Option(name: .long, help: "How many instants, up to 1000.")
    var count = 10
    @Option(name: .long, help: "Strictly after this instant, RFC 3339 (default: now).")
    var from: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if [expression != nil, every != nil, rrule != nil].count(where: { $0 }) != 1 {
            throw ValidationError("Give a cron expression, --every or --rrule.")
        }
        if (rrule == nil) != (start == nil) { throw ValidationError("--rrule and --start go together.") }
        if !(1...1000).contains(count) { throw ValidationError("--count: from 1 to 1000") }
    }

    func run() throws {
        var origin = RelativeTime.now
        if let from {
            guard let instant = Timestamp(rfc3339: from) else {
                throw ValidationError("--from \"\(from)\": write an instant such as 2026-03-29T01:30:00Z")
            }
            origin = instant
        }
        let schedule = try schedule(from: origin)
        let items = schedule.preview(after: origin, limit: count)
        guard !items.isEmpty else { throw Failure(.failed, "it is never due after \(origin)") }
        if output.output == .table, !output.quiet { Console.talk(schedule.words) }
        output.show(
            items.map { item in
                [
                    "at": .string("\(item.at)"), "local": .string(item.local),
                    "note": item.note.map(JSONValue.string) ?? .null,
                ]
            }, as: .instants)
    }

    /// What the flags describe.
    func schedule(from origin: Timestamp) throws -> Schedule {
        if let every {
            return .interval(IntervalSchedule(every: try Duration.flag(every, name: "every"), anchor: origin))
        }
        let word = ["next_valid": DSTPolicy.Gap.nextValid, "skip": .skip, "shift": .shift]
        let side = ["first": DSTPolicy.Overlap.first, "last": .last, "both": .both]
        guard let gap = word[gap] else { throw ValidationError("--dst-gap: next_valid, skip or shift") }
        guard let overlap = side[overlap] else { throw ValidationError("--dst-overlap: first, last or both") }
        guard let dialect = CronDialect(rawValue: dialect) else {
            throw ValidationError("--dialect: ocps, unix or quartz")
        }
        do {
            let zone = try SystemZones.catalog.rules(named: timezone)
            if let rrule {
                guard let local = LocalDateTime(iso8601: start ?? "") else {
                    throw ValidationError("--start \"\(start ?? "")\": write a local time such as 2026-01-30T17:00")
                }
                return .recurrence(try RecurrenceSchedule(rule: RecurrenceRule(rrule), start: local, zone: zone))
            }
            let cron = try CronExpression(expression ?? "", dialect: dialect, hashKey: 0)
            return .cron(
                try CronSchedule(expression: cron, zone: zone, dst: DSTPolicy(gap: gap, overlap: overlap)))
        } catch let error as CronError {
            throw Failure(.usage, "this is no usable cron expression\n\(error.explanation)")
        } catch let error as RecurrenceError {
            throw Failure(.usage, "this is no usable recurrence rule\n\(error.explanation)")
        } catch let error as ZoneError {
            throw Failure(.usage, "--timezone: \(error)")
        }
    }
}

/// The zone files of this machine.
enum SystemZones {
    static let catalog = ZoneCatalog { name in
        FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").map(Array.init)
    }
}
