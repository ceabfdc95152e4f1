import ArgumentParser
import PunctualClient
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
            ["role", "grant", "viewer", "--user", "a"], ["role", "grant", "viewer", "--service", "a"],
            ["role", "grant", "viewer", "--user", "a", "--group", "b", "--service", "c"],
            ["role", "grant", "viewer", "--user", "a", "--service", "c", "--all-services"],
            ["role", "revoke", "viewer"], ["key", "list", "--user", "a", "--service-account", "b"],
            ["user", "create", "a", "--no-password", "--password-stdin"], ["audit", "verify", "--head", "1:ab"],
            ["audit", "export", "--from-entry", "0"],
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

    @Test("who is signed out is not allowed, and a token that would go in the open is wrong usage")
    func access() {
        #expect(Ending(of: ClientError.signedOut("over")).status == 4)
        #expect(Ending(of: ClientError.signedOut("over")).message.contains("punctual login"))
        #expect(Ending(of: ClientError.insecure("open")).status == 2)
    }

    @Test("a name that is nearly right is suggested")
    func suggestion() {
        let text = JobReference.complaint(
            about: "nightly-reprot", service: "default", known: ["ping", "nightly-report"])
        #expect(text == "no job named nightly-reprot in service default: did you mean nightly-report?")
    }

    @Test("the address and the token come from flags, then variables")
    func settings() throws {
        func address(_ flag: String?, _ environment: [String: String]) throws -> String {
            try Connection(
                url: flag, token: nil, profile: nil, allowsPlainHTTP: false, environment: environment, file: nil
            ).address
        }
        #expect(try address(nil, [:]) == "http://127.0.0.1:8640")
        #expect(try address(nil, ["PUNCTUAL_URL": "https://a"]) == "https://a")
        #expect(try address("host:1", ["PUNCTUAL_URL": "https://a"]) == "http://host:1")
        #expect(try Connection.token(flag: "f", environment: ["PUNCTUAL_TOKEN": "v"]) == "f")
        #expect(try Connection.token(flag: nil, environment: ["PUNCTUAL_TOKEN": "v"]) == "v")
        #expect(throws: Failure.self) {
            try Connection.token(flag: nil, environment: ["PUNCTUAL_TOKEN_FILE": "/nonexistent/token"])
        }
    }
}
