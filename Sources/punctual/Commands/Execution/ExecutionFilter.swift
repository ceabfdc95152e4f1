internal import ArgumentParser
internal import PunctualClient
internal import PunctualSchedule

/// Which executions are meant, whatever became of them.
struct OccurrenceFilter: ParsableArguments {
    @Argument(help: "Only of this job, by name or id.")
    var job: String?
    @Option(name: .long, help: "Only of this service; the job's name belongs to it (default: default).")
    var service: String?
    @Option(name: .long, help: "Only with this reason, such as timeout.")
    var reason: String?
    @Option(name: .long, help: "Only of this queue.")
    var queue: String?
    @OptionGroup var span: SpanOptions

    func query(_ server: Server) async throws -> [(String, String)] {
        var query: [(String, String)] = []
        if let job { query.append(("job_id", try await server.jobID(job, service: service ?? "default"))) }
        for (name, value) in [("service", service), ("reason", reason), ("queue", queue)] {
            // An id names its job alone; a service beside it would only hide it.
            if let value, !(name == "service" && job != nil) { query.append((name, value)) }
        }
        return query + (try span.query)
    }

    /// Whether it leaves anybody's executions out.
    var isGiven: Bool { job != nil || service != nil || queue != nil || reason != nil || span.hasBegin }
}

/// From when to when.
struct SpanOptions: ParsableArguments {
    @Option(name: .long, help: "Not before this instant, RFC 3339.")
    var from: String?
    @Option(name: .long, help: "Before this instant, RFC 3339.")
    var to: String?
    @Option(name: .long, help: "Not longer ago than this, such as 24h.")
    var within: String?

    func validate() throws {
        if from != nil, within != nil { throw ValidationError("give --from or --within, not both") }
        if let within { _ = try Duration.flag(within, name: "within") }
    }

    var hasBegin: Bool { from != nil || within != nil }

    var query: [(String, String)] {
        get throws {
            let begin = try from ?? within.map { "\(RelativeTime.now - (try Duration.flag($0, name: "within")))" }
            return [("from", begin), ("to", to)].compactMap { name, value in value.map { (name, $0) } }
        }
    }
}

/// Which executions are meant.
struct ExecutionFilter: ParsableArguments {
    @OptionGroup var place: OccurrenceFilter
    @Option(
        name: .long, help: "buffered, pending, running, succeeded, failed, cancelled, skipped or missed.")
    var status: String?

    func query(_ server: Server) async throws -> [(String, String)] {
        try await place.query(server) + (status.map { [("status", $0)] } ?? [])
    }
}

/// What executions are searched for.
struct TextFilter: ParsableArguments {
    @Option(
        name: .customLong("search"), help: "Only with this text in the job's name or the error, whatever the case.")
    var search: String?

    var query: [(String, String)] { search.map { [("q", $0)] } ?? [] }
}
