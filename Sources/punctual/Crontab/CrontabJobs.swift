internal import PunctualJSON
internal import PunctualSchedule

/// The jobs that a crontab's lines become, and what is said about each line.
struct CrontabJobs {
    struct Row: Equatable {
        let line: Int
        /// nil when the line is not taken.
        let job: JSONObject?
        let schedule: String
        /// Why it is not taken, or what is different from cron.
        let notes: [String]
    }

    let rows: [Row]

    private static let nicknames = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *", "@every_minute": "* * * * *",
    ]

    /// - Parameters:
    ///   - source: kept as a label, so that a later import can tell its own jobs.
    ///   - timezone: for lines without `CRON_TZ`.
    ///   - currentUser: lines of other users are noted.
    init(
        _ lines: [CrontabLine], service: String, source: String, timezone: String, currentUser: String,
        zones: ZoneCatalog
    ) {
        var rows: [Row] = []
        var names: [String: Int] = [:]
        for line in lines {
            switch line {
            case .refused(let number, let text, let reason):
                rows.append(Row(line: number, job: nil, schedule: DisplayWidth.cut(text, to: 36), notes: [reason]))
            case .entry(let entry):
                if let reason = CrontabJobs.complaint(about: entry, timezone: timezone, zones: zones) {
                    rows.append(Row(line: entry.line, job: nil, schedule: entry.schedule, notes: [reason]))
                    continue
                }
                let base = CrontabJobs.name(of: entry)
                let count = names[base, default: 0] + 1
                names[base] = count
                let name = count == 1 ? base : "\(base)-\(count)"
                let job = CrontabJobs.job(entry, name: name, service: service, source: source, timezone: timezone)
                rows.append(
                    Row(
                        line: entry.line, job: job, schedule: entry.schedule,
                        notes: CrontabJobs.notes(on: entry, currentUser: currentUser)))
            }
        }
        self.rows = rows
    }

    private static func expression(_ schedule: String) -> String { nicknames[schedule.lowercased()] ?? schedule }

    private static func complaint(about entry: CrontabEntry, timezone: String, zones: ZoneCatalog) -> String? {
        if entry.schedule.lowercased() == "@reboot" {
            return "@reboot is not taken: a scheduler does not know when the machine starts; use a systemd unit"
        }
        if entry.schedule.hasPrefix("@"), nicknames[entry.schedule.lowercased()] == nil {
            return "\(entry.schedule) is no nickname that is known here"
        }
        if entry.command.utf8.count > 4000 || entry.input?.utf8.count ?? 0 > 2000 { return "the command is too long" }
        do {
            let zone = try zones.rules(named: entry.variables["CRON_TZ"] ?? timezone)
            let cron = try CronExpression(expression(entry.schedule), dialect: .unix)
            _ = try CronSchedule(expression: cron, zone: zone)
            return nil
        } catch let error as CronError {
            return error.message
        } catch {
            return "CRON_TZ: \(error)"
        }
    }

    private static func notes(on entry: CrontabEntry, currentUser: String) -> [String] {
        var notes: [String] = []
        if let user = entry.user, user != currentUser {
            notes.append("user \(user) not applied: it runs as the worker's user")
        }
        if let mail = entry.variables["MAILTO"], !mail.isEmpty {
            notes.append("MAILTO not applied: the output is kept with the execution")
        }
        if entry.input != nil { notes.append("the text after % is piped to the command") }
        if entry.command.contains("anacron") { notes.append("does nothing where anacron is installed") }
        return notes
    }

    private static func job(
        _ entry: CrontabEntry, name: String, service: String, source: String, timezone: String
    ) -> JSONObject {
        var env = JSONObject()
        let own: Set<String> = ["CRON_TZ", "MAILTO", "MAILFROM", "SHELL", "RANDOM_DELAY", "START_HOURS_RANGE"]
        for (variable, value) in entry.variables.sorted(by: { $0.key < $1.key }) where !own.contains(variable) {
            env[variable] = .string(value)
        }
        let shell = entry.variables["SHELL"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/bin/sh"
        let script = entry.input.map { input in
            "printf '%s\\n' '\(input.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))' | {\n\(entry.command)\n}"
        }
        var target: JSONObject = JSONObject()
        target["type"] = "command"
        target["argv"] = .array([.string(shell), "-c", .string(script ?? entry.command)])
        if !env.isEmpty { target["env"] = .object(env) }
        if let home = entry.variables["HOME"], home.hasPrefix("/") { target["directory"] = .string(home) }
        var job = JSONObject()
        job["name"] = .string(name)
        job["service"] = .string(service)
        job["description"] = .string(DisplayWidth.cut(DisplayWidth.tame(entry.command), to: 500))
        job["labels"] = ["imported-from": .string(source)]
        job["schedule"] = [
            "type": "cron", "expression": .string(expression(entry.schedule)),
            "timezone": .string(entry.variables["CRON_TZ"] ?? timezone), "dialect": "unix",
        ]
        job["target"] = .object(target)
        // As cron does it: no limit (the longest there is here), no retry, nothing made up for, overlap allowed.
        job["timeout"] = "24h"
        job["retry_policy"] = ["maximum_attempts": 1]
        job["misfire_policy"] = "skip"
        job["overlap_policy"] = "allow_all"
        return job
    }

    /// From the words of the command and a hash of user and command: the same line has the same name wherever it stands,
    /// and a changed time changes the job instead of making another.
    static func name(of entry: CrontabEntry) -> String {
        var slug = ""
        for scalar in entry.command.unicodeScalars {
            let isWord = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isWord {
                slug.unicodeScalars.append(scalar)
            } else if !slug.isEmpty, slug.last != "-" {
                slug += "-"
            }
            if slug.utf8.count >= 32 { break }
        }
        while slug.last == "-" { slug.removeLast() }
        // FNV-1a: short, and the same on every machine.
        var hash: UInt32 = 2_166_136_261
        for byte in "\(entry.user ?? "")\u{0}\(entry.command)\u{0}\(entry.input ?? "")".utf8 {
            hash = (hash ^ UInt32(byte)) &* 16_777_619
        }
        let digits = String(hash, radix: 16)
        let padded = String(repeating: "0", count: 8 - digits.count) + digits
        return slug.isEmpty ? "cron-\(padded)" : "\(slug)-\(padded)"
    }
}
