internal import ArgumentParser
internal import PunctualSchedule

/// Names one job.
struct JobArgument: ParsableArguments {
    @Argument(help: "The job's name, or its id.")
    var job: String

    @Option(name: .long, help: "The service that the name belongs to.")
    var service = "default"
}

extension Duration {
    /// A length of time given as a flag, such as `60s` or `1h30m`.
    static func flag(_ text: String, name: String) throws -> Duration {
        guard let duration = Duration(text: text), duration > .zero else {
            throw ValidationError("--\(name) \"\(text)\": write a length of time such as 60s, 5m or 1h30m")
        }
        return duration
    }
}
