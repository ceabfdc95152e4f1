internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct JobApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Create or update jobs from YAML or JSON files.",
        discussion: """
            EXAMPLES
              punctual job apply -f jobs.yaml
              punctual job apply -f jobs.yaml --dry-run
              punctual job apply -f jobs/a.yaml -f jobs/b.json --prune --label team=billing
              generate-jobs | punctual job apply -f -

            A job is found by its service and name. What the file leaves out has its
            default; unchanged jobs are left untouched. --dry-run shows the differences
            and changes nothing; the server checks fields only when applying.
            """)

    @Option(name: [.customShort("f"), .long], help: "A file, or - for standard input; may be repeated.")
    var file: [String]
    @Flag(name: .long, help: "Show what would change, and change nothing.")
    var dryRun = false
    @Flag(name: .long, help: "Delete jobs that have the label and are not in the files.")
    var prune = false
    @Option(name: .long, help: "The label that --prune looks for, as key=value.")
    var label: String?
    @Flag(name: [.customShort("y"), .long], help: "Don't ask before deleting.")
    var yes = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if prune != (label != nil) { throw ValidationError("--prune and --label key=value go together.") }
        if let label, !label.contains("=") || label.hasPrefix("=") {
            throw ValidationError("--label \"\(label)\": write key=value")
        }
    }

    func run() async throws {
        var jobs: [JSONObject] = []
        for path in file { jobs += try JobDocuments.read(file: path) }
        let wanted = jobs
        try await client.connected { server in
            var outcomes: [JobApplier.Outcome] = []
            let applier = JobApplier(server: server, dryRun: dryRun)
            for job in wanted { outcomes.append(try await applier.apply(job)) }
            // After a refusal the files are not wholly in force: nothing is deleted on their word.
            let failed = outcomes.first { $0.action == .failed }
            if prune, failed == nil { outcomes += try await pruned(server, keeping: wanted) }
            report(outcomes)
            if let failed {
                throw Failure(
                    failed.status, "\(outcomes.count { $0.action == .failed }) of \(wanted.count) jobs failed")
            }
        }
    }

    private func report(_ outcomes: [JobApplier.Outcome]) {
        if output.output == .table, !output.quiet {
            for outcome in outcomes where !outcome.detail.isEmpty {
                Console.talk("\(DisplayWidth.tame("\(outcome.service)/\(outcome.name)")): \(outcome.action.rawValue)")
                Console.talk(outcome.detail)
            }
        }
        let plain = output.output == .table
        output.show(
            outcomes.map { outcome in
                guard plain, var object = outcome.json.object else { return outcome.json }
                if outcome.action == .updated { object["detail"] = "see above" }
                return .object(object)
            }, as: JobApplier.view)
        if dryRun { Console.talk("dry run: nothing was changed") }
    }

    private func pruned(_ server: Server, keeping jobs: [JSONObject]) async throws -> [JobApplier.Outcome] {
        let kept = Set(jobs.map { [$0["service"]?.string ?? "default", Cell.text($0["name"])] })
        let labelled = try await server.items("/jobs", [("label", label ?? "")], limit: 100_000)
        let extra = labelled.filter { !kept.contains([Cell.text($0["service"]), Cell.text($0["name"])]) }
        if extra.isEmpty { return [] }
        if !dryRun, !yes {
            let names = extra.map { DisplayWidth.tame("\(Cell.text($0["service"]))/\(Cell.text($0["name"]))") }
            guard Console.canAsk else {
                throw Failure(.failed, "--prune would delete \(names.joined(separator: ", ")); say --yes to agree")
            }
            guard Console.agrees(to: "Delete \(names.joined(separator: ", "))?") else {
                throw Failure(.failed, "nothing deleted; the files are applied")
            }
        }
        var outcomes: [JobApplier.Outcome] = []
        for job in extra {
            let id = Cell.text(job["id"])
            if !dryRun { _ = try await server.send("DELETE", "/jobs/\(id)", version: job["version"]?.int) }
            outcomes.append(
                JobApplier.Outcome(
                    name: Cell.text(job["name"]), service: Cell.text(job["service"]), action: .deleted, id: id,
                    detail: "", status: .ok))
        }
        return outcomes
    }
}
