internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON
internal import PunctualSchedule

struct CalendarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar",
        abstract: "Show how many fires are planned in the coming week, and where they pile up.",
        discussion: """
            EXAMPLES
              punctual calendar --timezone Europe/Berlin
              punctual calendar --service billing --day 2026-12-01
              punctual calendar --at 2026-12-01T08:00:00Z    which jobs fire in that minute
              punctual calendar -o json

            A row is a day, a column an hour. Pile-ups are minutes of the day in which far
            more fires than in others; jobs that fire in every minute are no part of them.
            """)

    @Option(name: .long, help: "Only jobs of this service.")
    var service: String?
    @Option(name: .long, help: "The IANA zone whose clock shows days and hours.")
    var timezone = "UTC"
    @Option(name: .long, help: "The first day, such as 2026-12-01 (default: today).")
    var day: String?
    @Option(name: .long, help: "List the jobs that fire in the minute of this instant instead, RFC 3339.")
    var at: String?
    @Option(name: .long, help: "At most so many of them.")
    var limit = 50
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...1000).contains(limit) { throw ValidationError("--limit: from 1 to 1000") }
        if at != nil, day != nil { throw ValidationError("give --day or --at, not both") }
        if let day, LocalDateTime(iso8601: "\(day)T00:00:00") == nil {
            throw ValidationError("--day \"\(DisplayWidth.tame(day))\": write a date such as 2026-12-01")
        }
    }

    func run() async throws {
        let own = service.map { [("service", $0)] } ?? []
        if let at {
            return try await client.connected { try await showMinute(at, own, on: $0) }
        }
        let week = try week(now: RelativeTime.now)
        let query = [("from", "\(week.from)"), ("hours", "\(week.hours)"), ("zone", timezone)] + own
        try await client.connected { server in
            show(try await counted { try await server.get("/calendar", query) })
        }
    }

    /// Seven days, from midnight to midnight on the clock of the zone.
    func week(now: Timestamp) throws -> (from: Timestamp, hours: Int64) {
        let zone: ZoneRules
        do throws(ZoneError) { zone = try SystemZones.catalog.rules(named: timezone) } catch {
            throw Failure(.usage, "--timezone: \(error)")
        }
        let first = (day.flatMap { LocalDateTime(iso8601: "\($0)T00:00:00") } ?? zone.local(at: now)).dayNumber
        func midnight(_ day: Int) -> Timestamp {
            switch zone.resolve(LocalDateTime(secondsSinceEpoch: Int64(day) * 86_400)) {
            case .unique(let instant), .overlap(let instant, _), .gap(_, _, let instant): instant
            }
        }
        let (from, end) = (midnight(first), midnight(first + 7))
        return (from, (end.milliseconds - from.milliseconds + 3_599_999) / 3_600_000)
    }

    /// The answer once all jobs are counted, or after some seconds as far as they are.
    private func counted(_ ask: () async throws -> JSONValue) async throws -> JSONValue {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let answer = try await ask()
            let count = answer["count"]
            if count?["complete"]?.bool == true { return answer }
            guard count?["under_way"]?.bool == true, ContinuousClock.now < deadline else {
                Console.talk(CalendarCommand.gap(in: count))
                return answer
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    /// What is missing.
    static func gap(in count: JSONValue?) -> String {
        var parts: [String] = []
        if count?["under_way"]?.bool == true {
            let all = count?["of"]?.int.map { " of \($0)" } ?? ""
            parts.append("\(Cell.text(count?["jobs"]))\(all) jobs are counted so far")
        }
        if let left = count?["left_out"]?.int, left > 0 { parts.append("\(left) jobs are left out") }
        return "not everything is here: " + (parts.isEmpty ? "ask again" : parts.joined(separator: "; "))
    }

    private func show(_ answer: JSONValue) {
        let pileUps = answer["pile_ups"]?.array ?? []
        guard output.output == .table, !output.quiet else {
            // Programs follow pile-ups by their instants.
            return output.show(
                output.quiet ? pileUps : answer["items"]?.array ?? [], as: .pileUps, whole: answer)
        }
        Console.out(
            CalendarCommand.text(
                of: answer, now: RelativeTime.now, width: Console.width, colour: Console.hasColour))
    }

    /// The whole page.
    static func text(of answer: JSONValue, now: Timestamp, width: Int, colour: Bool = false) -> String {
        let map = HeatMap(answer, now: now)
        let zone = DisplayWidth.tame(Cell.text(answer["zone"]))
        let jobs = answer["count"]?["jobs"]?.int ?? 0
        var parts = [
            "\(map.total) fires of \(jobs) \(jobs == 1 ? "job" : "jobs"), \(zone)",
            map.text(width: width, colour: colour), map.legend,
        ].filter { !$0.isEmpty }
        if let pileUps = answer["pile_ups"]?.array, !pileUps.isEmpty {
            parts.append("\n" + View.pileUps.table(of: pileUps, now: nil).text(colour: colour))
        }
        for change in answer["clock_changes"]?.array ?? [] {
            let (shift, local) = (Cell.text(change["shift"]), Cell.text(change["local"]))
            parts.append("\nThe clock is moved by \(DisplayWidth.tame(shift)): it is \(DisplayWidth.tame(local)) then.")
        }
        return parts.joined(separator: "\n")
    }

    private func showMinute(_ at: String, _ own: [(String, String)], on server: Server) async throws {
        let query = [("at", at)] + own
        let answer = try await counted { try await server.get("/calendar/jobs", query + [("limit", "1")]) }
        output.show(try await server.items("/calendar/jobs", query, limit: limit), as: .jobs)
        let (jobs, named, steady) = (answer["jobs"]?.int ?? 0, answer["named"]?.int ?? 0, answer["steady"]?.int ?? 0)
        if jobs > min(named, Int64(limit)) { Console.talk("\(jobs) jobs fire in this minute; \(named) can be listed") }
        if steady > 0 { Console.talk("beside them \(steady) that fire in the minute before as well") }
    }
}

extension View {
    static let pileUps = View(
        key: "at", columns: [field("pile-up", "local"), number("fires", "fires"), number("days", "days")])
}
