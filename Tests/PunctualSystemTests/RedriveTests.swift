import Foundation
import PunctualJSON
import Testing

@Suite("punctual execution redrive", .timeLimit(.minutes(5)))
struct RedriveTests {
    @Test("runs all again that failed, each once and under its id, and says what it leaves alone")
    func redrive() async throws {
        try await withFolder { folder in
            try await withServer(in: folder) { server async throws in
                let file = """
                    - name: charge
                      schedule: {type: manual}
                      target: {type: command, argv: [/usr/bin/test, -e, "\(folder.path)/cured"]}
                      retry_policy: {maximum_attempts: 1}
                      overlap_policy: allow_all
                    - {name: fine, schedule: {type: manual}, target: {type: noop}}
                    """
                #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
                for _ in 0..<12 { #expect(try await server.punctual("job", "trigger", "charge").status == 0) }
                #expect(try await server.punctual("job", "trigger", "fine", "--wait").status == 0)
                let failed = try await eventually("twelve failures") {
                    let all = try await server.executions(of: "charge").filter { $0["status"] == "failed" }
                    return all.count == 12 ? Set(all.compactMap { $0["id"]?.string }) : nil
                }
                let listed = try await server.punctual("execution", "redrive", "charge", "--dry-run", "-q")
                #expect(listed.status == 0 && Set(listed.lines.map { "\($0)" }) == failed)
                #expect(try await server.executions(of: "charge").allSatisfy { $0["attempt"] == 1 })
                try folder.write("", to: "cured")
                let said = try await server.punctual("execution", "redrive", "charge", "--limit", "5", "-q")
                #expect(said.status == 0 && said.lines.count == 5, "nobody can be asked, so nobody is: \(said)")
                let rest = try await server.punctual(
                    "execution", "redrive", "--service", "default", "--yes", "-o", "json")
                #expect(rest.status == 0, "\(rest)")
                #expect(try rest.json().array?.count == 7)
                let ended = try await eventually("all have run again") {
                    let all = try await server.executions(of: "charge")
                    return all.allSatisfy { $0["status"] == "succeeded" } ? all : nil
                }
                #expect(Set(ended.compactMap { $0["id"]?.string }) == failed, "none was made anew")
                #expect(ended.allSatisfy { $0["attempt"] == 2 })
                let again = try await server.punctual("execution", "redrive", "charge", "-q")
                #expect(again.status == 0 && again.out.isEmpty)
            }
        }
    }

    @Test(
        "refuses what is not meant",
        arguments: [
            [], ["--status", "succeeded", "x"], ["x", "--limit", "0"], ["--to", "2026-01-01T00:00:00Z"],
        ])
    func refused(arguments: [String]) async throws {
        try await withFolder { folder in
            let said = try await Program.run(try Program.punctual(), ["execution", "redrive"] + arguments, in: folder)
            #expect(said.status == 2 && said.out.isEmpty, "\(said)")
        }
    }
}
