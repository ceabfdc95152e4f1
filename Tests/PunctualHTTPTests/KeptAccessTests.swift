import HTTPTypes
import HummingbirdTesting
import PunctualCore
import PunctualHTTP
import PunctualJSON
import Testing

@Suite("Answers that are kept, behind doors", .timeLimit(.minutes(10)))
struct KeptAccessTests {
    private static func job(_ name: String, _ service: String, _ labels: String = "{}") -> String {
        """
        {"name":"\(name)","service":"\(service)","labels":\(labels),"schedule":{"type":"manual"},"target":{"type":"noop"}}
        """
    }

    @Test("askers with other rights never have each other's answers, whoever asks first")
    func rights() async throws {
        var access = try await AccessScene()
        access.scene.services.keepAnswers(in: LongCache())
        let scene = access
        try await scene.run { client in
            let admin = try await scene.admin()
            var ids: [String: String] = [:]
            for (name, service, labels) in [("one", "a", "{}"), ("two", "b", "{}"), ("three", "b", #"{"team":"x"}"#)] {
                let made = try await client.made("/api/v1/jobs", Self.job(name, service, labels), headers: admin)
                ids[name] = made["id"]?.string
                _ = try await client.made("/api/v1/jobs/\(ids[name]!)/trigger", headers: admin)
            }
            let all: Set = ["one", "two", "three"]
            var askers: [(headers: HTTPFields, sees: Set<String>)] = [(admin, all)]
            for (name, permission, sees) in [
                ("ann", Permission(.viewer, service: "a"), ["one"]),
                ("ben", Permission(.viewer, service: "b"), ["two", "three"]),
                ("cat", Permission(.viewer, service: nil, labels: ["team": "x"]), ["three"]),
                ("dan", Permission(.viewer, service: "c"), []),
            ] as [(String, Permission, Set<String>)] {
                let user = try await scene.user(name, [permission])
                askers.append((bearer(try await scene.key(of: .user(user.id)).text), sees))
            }
            // In both orders, so that each has had the chance to find what the others left.
            for asker in askers + askers.reversed() {
                func names(_ path: String, _ member: String) async throws -> Set<String> {
                    let items = try await client.read(path, headers: asker.headers).answer.json["items"]?.array ?? []
                    return Set(items.compactMap { $0[member]?.string })
                }
                #expect(try await names("/api/v1/jobs", "name") == asker.sees)
                #expect(try await names("/api/v1/executions", "job_name") == asker.sees)
                for name in all.sorted() {
                    let status = asker.sees.contains(name) ? 200 : 404
                    for path in ["jobs/\(ids[name]!)", "executions/\(ids[name]!)"] {
                        let answer = try await client.send(.get, "/api/v1/\(path)", headers: asker.headers)
                        #expect(answer.status == status, "\(path) \(asker.sees)")
                        #expect(status == 200 || answer.json["name"] == nil)
                    }
                }
            }
        }
    }

    @Test("who gains or loses a right, and whose job moves away, is answered anew at once")
    func revoked() async throws {
        var access = try await AccessScene()
        access.scene.services.keepAnswers(in: LongCache())
        let scene = access
        try await scene.run { client in
            let admin = try await scene.admin()
            let id = try #require(
                try await client.made("/api/v1/jobs", Self.job("one", "a"), headers: admin)["id"]?.string)
            let run = try #require(try await client.made("/api/v1/jobs/\(id)/trigger", headers: admin)["id"]?.string)
            let user = try await scene.user("ann", [Permission(.viewer, service: "a")])
            let headers = bearer(try await scene.key(of: .user(user.id)).text)
            func sees() async throws -> [Int] {
                var found: [Int] = []
                for path in ["jobs/\(id)", "executions/\(id)", "executions/\(id)/\(run)"] {
                    found.append(try await client.send(.get, "/api/v1/\(path)", headers: headers).status)
                }
                for path in ["jobs", "executions"] {
                    let list = try await client.send(.get, "/api/v1/\(path)", headers: headers)
                    found.append(list.json["items"]?.array?.count ?? -1)
                }
                return found
            }
            for _ in 0..<2 { #expect(try await sees() == [200, 200, 200, 1, 1]) }
            // The execution stays with the service that it was made in.
            let moved = try await client.send(.patch, "/api/v1/jobs/\(id)", #"{"service":"b"}"#, headers: admin)
            #expect(moved.status == 200)
            for _ in 0..<2 { #expect(try await sees() == [404, 404, 200, 0, 1]) }
            let grant = try await scene.grant(.user(user.id), Permission(.viewer, service: "b"))
            for _ in 0..<2 { #expect(try await sees() == [200, 200, 200, 1, 1]) }
            #expect(try await client.send(.delete, "/api/v1/grants/\(grant.id)", headers: admin).status == 204)
            for _ in 0..<2 { #expect(try await sees() == [404, 404, 200, 0, 1]) }
        }
    }
}
