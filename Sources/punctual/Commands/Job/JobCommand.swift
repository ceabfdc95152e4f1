internal import ArgumentParser

struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job",
        abstract: "List, change and run jobs.",
        discussion: """
            EXAMPLES
              punctual job list --status active
              punctual job apply -f jobs.yaml --dry-run
              punctual job trigger nightly-report --wait --timeout 60s
              punctual job explain nightly-report
            """,
        subcommands: [
            JobList.self, JobGet.self, JobCreate.self, JobApply.self, JobDelete.self, JobPause.self, JobResume.self,
            JobTrigger.self, JobNext.self, JobExplain.self, JobBackfill.self,
        ])
}
