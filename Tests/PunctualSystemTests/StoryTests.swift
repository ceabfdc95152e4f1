import Foundation
import PunctualJSON
import Testing

@Suite("A newcomer's first hour", .timeLimit(.minutes(10)))
struct StoryTests {
    @Test("from an empty directory to a job that runs, waits, resumes and goes away")
    func story() async throws {
        try await withFolder { folder in
            let ended = try await withServer(in: folder) { server in
                #expect(server.folder.exists("punctual-dev.sqlite"))
                try await create(server)
                try await run(server)
                try await pause(server)
                try await look(server)
                try await delete(server)
            }
            #expect(ended.status == 0)
            #expect(folder.read("server.err").isEmpty, "a quiet run says nothing on standard error")
        }
    }

    private func create(_ server: RunningServer) async throws {
        let created = try await server.punctual(
            "job", "create", "greet", "--cron", "0 9 * * MON", "--timezone", "Europe/Berlin", "--label", "team=core",
            "--", "/bin/sh", "-c", "echo hello; echo $PUNCTUAL_JOB_NAME")
        #expect(created.status == 0 && created.err.isEmpty, "\(created)")
        #expect(created.lines.count == 2 && created.lines[0].hasPrefix("NAME "))

        let list = try await server.json("job", "list", "--label", "team=core")
        #expect(list.array?.map { $0["name"] } == ["greet"])
        let job = try await server.json("job", "get", "greet")
        #expect(job["schedule"]?["timezone"] == "Europe/Berlin")
        #expect(job["status"] == "active" && job["version"] == 1)
        let id = try #require(job["id"]?.string)
        #expect(try await server.json("job", "get", id) == job)

        let next = try await server.json("job", "next", "greet", "--count", "3")
        #expect(next.array?.count == 3)
        #expect(next[0]?["at"] == job["next_run_at"])
    }

    private func run(_ server: RunningServer) async throws {
        let ended = try await server.punctual("job", "trigger", "greet", "--wait", "-o", "json")
        #expect(ended.status == 0, "\(ended)")
        let execution = try #require(try ended.json()[0])
        #expect(execution["status"] == "succeeded" && execution["trigger"] == "manual" && execution["attempt"] == 1)
        #expect(execution["result"]?["output"] == "hello\ngreet\n")
        #expect(execution["result"]?["exit_code"] == 0)

        let id = try #require(execution["id"]?.string)
        let read = try await server.json("execution", "get", "greet", id)
        #expect(read == execution)
        let listed = try await server.json("execution", "list", "greet", "--status", "succeeded")
        #expect(listed.array?.map { $0["id"] } == [.string(id)])
    }

    private func pause(_ server: RunningServer) async throws {
        #expect(try await server.punctual("job", "pause", "greet", "--reason", "moving house").status == 0)
        var job = try await server.json("job", "get", "greet")
        #expect(job["status"] == "paused" && job["pause_reason"] == "moving house" && job["next_run_at"] == .null)
        let blocked = try await server.json("job", "explain", "greet")
        #expect(blocked["blocked_by"]?.array?.isEmpty == false, "\(blocked)")

        #expect(try await server.punctual("job", "resume", "greet").status == 0)
        job = try await server.json("job", "get", "greet")
        #expect(job["status"] == "active" && job["pause_reason"] == .null && job["next_run_at"]?.string != nil)
        let explained = try await server.punctual("job", "explain", "greet")
        #expect(explained.status == 0 && explained.out.contains("every Monday at 09:00"), "\(explained)")
        #expect(explained.out.contains("It succeeded in attempt 1."))
    }

    private func look(_ server: RunningServer) async throws {
        let preview = try await server.punctual(
            "schedule", "preview", "30 2 * * *", "--timezone", "Europe/Berlin", "--from", "2026-03-28T12:00:00Z",
            "--count", "2")
        #expect(preview.status == 0 && preview.faults == ["every day at 02:30 in Europe/Berlin"], "\(preview)")
        #expect(preview.lines.count == 3 && preview.lines[1].hasPrefix("2026-03-29T01:00:00.000Z  2026-03-29T03:00"))

        let rule = ["--rrule", "FREQ=MONTHLY;BYDAY=-1FR", "--start", "2026-01-30T17:00", "--timezone", "Europe/Berlin"]
        let closing = try await server.punctual(
            ["schedule", "preview", "--from", "2026-03-01T00:00:00Z", "--count", "2", "-q"] + rule)
        #expect(closing.out == "2026-03-27T16:00:00.000Z\n2026-04-24T15:00:00.000Z\n", "\(closing)")
        #expect(try await server.punctual(["job", "create", "close", "--noop"] + rule).status == 0)
        let close = try await server.json("job", "get", "close")
        #expect(close["schedule"]?["type"] == "rrule" && close["schedule"]?["start"] == "2026-01-30T17:00:00")
        #expect(try await server.json("job", "next", "close", "--count", "1")[0]?["at"] == close["next_run_at"])
        #expect(try await server.punctual("job", "delete", "close", "--yes").status == 0)

        let status = try await server.punctual("status")
        for word in ["lag ", "jobs: active 1", "succeeded 1", "NODE", "SHARD", "NAME"] {
            #expect(status.out.contains(word), "no \(word) in \(status)")
        }
        #expect(try await server.punctual("health").status == 0)
        #expect(try await server.punctual("queue", "list", "-q").out == "default\n")
    }

    private func delete(_ server: RunningServer) async throws {
        let deleted = try await server.punctual("job", "delete", "greet", "--yes")
        #expect(deleted.status == 0 && deleted.out.isEmpty && deleted.err == "deleted greet\n", "\(deleted)")
        #expect(try await server.punctual("job", "get", "greet").status == 3)
        #expect(try await server.json("job", "list") == [])
        // History outlives the job.
        let history = try await server.json("execution", "list")
        #expect(history[0]?["job_name"] == "greet")
    }
}
