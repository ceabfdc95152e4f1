import ArgumentParser
import PunctualJSON
import Testing

@testable import punctual

@Suite("Exit codes")
struct EndingTests {
    private func ending(_ arguments: [String]) throws -> Ending {
        do {
            // Help is a command of its own, which ends by throwing its text.
            var command = try PunctualCommand.parseAsRoot(arguments)
            if !(command is any AsyncParsableCommand) { try command.run() }
        } catch {
            return Ending(of: error)
        }
        Issue.record("\(arguments) is no fault")
        return Ending(.ok, "")
    }

    @Test(
        "wrong usage ends with 2",
        arguments: [
            ["nonsense"], ["job", "get"], ["job", "list", "--nonsense"], ["job", "list", "-o", "xml"],
            ["job", "list", "--limit", "0"], ["job", "trigger", "a", "--timeout", "soon"],
            ["job", "apply", "-f", "x", "--prune"], ["job", "create", "a"],
            ["job", "create", "a", "--manual", "--cron", "* * * * *", "--noop"], ["schedule", "preview"],
            ["schedule", "preview", "* * * * *", "--count", "1001"], ["bench", "--jobs", "0"],
            ["import", "crontab", "x", "--system", "--user"], ["completion", "tcsh"],
        ])
    func usage(_ arguments: [String]) throws {
        let ending = try ending(arguments)
        #expect(ending.status == 2)
        #expect(!ending.message.isEmpty && !ending.isData)
    }

    @Test("help and version are data and end with 0", arguments: [["--help"], ["--version"], ["job", "list", "-h"]])
    func help(_ arguments: [String]) throws {
        let ending = try ending(arguments)
        #expect(ending.status == 0 && ending.isData)
    }

    @Test(
        "an execution's end decides the code",
        arguments: [
            ("failed", 7), ("cancelled", 7), ("skipped", 7),
            ("missed", 7), ("running", 6), ("pending", 6), ("buffered", 6),
        ] as [(String, Int32)])
    func execution(_ status: String, _ code: Int32) {
        let error = #expect(throws: Failure.self) {
            try ExecutionEnd.check(["status": .string(status)], within: .seconds(1))
        }
        #expect(error?.status.rawValue == code)
        #expect(throws: Never.self) { try ExecutionEnd.check(["status": "succeeded"], within: .seconds(1)) }
    }

    @Test("a name that is nearly right is suggested")
    func suggestion() {
        let text = JobReference.complaint(
            about: "nightly-reprot", service: "default", known: ["ping", "nightly-report"])
        #expect(text == "no job named nightly-reprot in service default: did you mean nightly-report?")
    }

    @Test("the address and the token come from flags, then variables")
    func settings() throws {
        #expect(ClientOptions.address(flag: nil, environment: [:]) == "http://127.0.0.1:8640")
        #expect(ClientOptions.address(flag: nil, environment: ["PUNCTUAL_URL": "https://a"]) == "https://a")
        #expect(ClientOptions.address(flag: "host:1", environment: ["PUNCTUAL_URL": "https://a"]) == "http://host:1")
        #expect(try ClientOptions.token(flag: "f", environment: ["PUNCTUAL_TOKEN": "v"]) == "f")
        #expect(try ClientOptions.token(flag: nil, environment: ["PUNCTUAL_TOKEN": "v"]) == "v")
        #expect(throws: Failure.self) {
            try ClientOptions.token(flag: nil, environment: ["PUNCTUAL_TOKEN_FILE": "/nonexistent/token"])
        }
    }
}
