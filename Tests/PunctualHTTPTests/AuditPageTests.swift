import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@testable import PunctualHTTP

@Suite("The page of the audit log", .timeLimit(.minutes(2)))
struct AuditPageTests {
    @Test("every operation that leaves an entry has words", arguments: APIOperation.allCases)
    func words(operation: APIOperation) {
        #expect((AuditWords.words[operation] != nil) == operation.isAudited)
        let words = AuditWords.of(operation.rawValue)
        #expect(!words.did.isEmpty && !words.wanted.isEmpty && words.wanted.allSatisfy { !$0.isUppercase })
    }

    @Test("an operation of another version is told by its name")
    func unknown() {
        #expect(AuditWords.of("brewCoffee").did == "did “brewCoffee”")
        #expect(AuditWords.of("listJobs").wanted == "list jobs")
    }

    /// An installation in which somebody has done something.
    private func scene(
        _ body: @escaping @Sendable (AccessScene, DashboardVisitor, _ job: String) async throws -> Void
    ) async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        _ = try await scene.user("looker", [Permission(.viewer, service: "billing")])
        try await scene.run { client in
            let root = try await DashboardVisitor(client, as: "root")
            let job = try await client.job(
                #"{"name":"report","service":"billing","schedule":{"type":"manual"},"target":{"type":"noop"}}"#,
                headers: admin)
            try await body(scene, root, job)
        }
    }

    /// The page's sentences, newest first, in plain text.
    private func sentences(_ page: PageAnswer) -> [String] {
        page.text.matches(of: /<span class="sentence">(.*?)<\/summary>/.dotMatchesNewlines()).map { match in
            let words = match.1.replacing(/<time.*?<\/time>/.dotMatchesNewlines(), with: "").replacing(
                /<[^>]*>/, with: " ")
            return words.split { $0.isWhitespace }.joined(separator: " ")
        }
    }

    @Test("tells each entry as a sentence, with names in the place of ids")
    func told() async throws {
        try await scene { scene, root, job in
            let looker = try await DashboardVisitor(root.client, as: "looker")
            _ = try await root.post("/jobs/actions", [("id", job), ("action", "pause"), ("reason", "why not")])
            _ = try await looker.post("/jobs/actions", [("id", job), ("action", "resume")])
            _ = try await root.post("/access/grants", [("action", "give"), ("to", "looker"), ("role", "operator")])
            _ = try await root.post("/access/service-accounts", [("name", "deploy")])
            _ = try await root.client.post("/sign-in", [("name", "looker"), ("password", "not that one at all")])
            let page = try await root.page("/audit")
            let told = sentences(page)
            for sentence in [
                "root created the job report in billing", "root paused the job report in billing",
                "Refused looker was not allowed to resume the job report in billing",
                "root gave the role operator for all services to looker", "root made the service account deploy",
                "looker signed in", "Refused Somebody unknown could not sign in as looker wrong name, password or code",
            ] {
                #expect(told.contains(sentence), "\(sentence): \(told)")
            }
            // What has changed, field by field.
            #expect(
                page.text.contains("<th scope=\"row\">status</th><td><code>active</code></td><td><code>paused</code>"))
            #expect(page.text.contains("/api/v1/audit/export"))
        }
    }

    @Test("is searched by name, by the clock of whoever looks, by target, and says when there is nobody of that name")
    func search() async throws {
        try await scene { scene, root, job in
            let user = try #require(try await scene.identities.user(named: "looker"))
            _ = try await root.post("/access/users/\(user.id)", [("action", "save"), ("name", "looker")])
            let named = try await root.page("/audit?who=Looker&operation=&resource=&service=&from=&to=")
            #expect(named.location == "/audit?who=user%3A\(user.id)")
            let nobody = try await root.page("/audit?who=nobody")
            #expect(nobody.status == 200 && nobody.text.contains("no user or service account of the name nobody"))
            var tokyo = root.headers
            tokyo[.cookie] = "\(root.headers[.cookie] ?? ""); punctual_zone=Asia%2FTokyo"
            let timed = try await root.client.page("/audit?from=2026-11-22T09:00&to=2026-11-22T10:00", headers: tokyo)
            #expect(
                timed.location == "/audit?from=2026-11-22T00%3A00%3A00.000Z&to=2026-11-22T01%3A00%3A00.000Z")
            let shown = try await root.client.page(timed.location ?? "", headers: tokyo)
            #expect(shown.text.contains("value=\"2026-11-22T09:00\"") && shown.text.contains("No entry is like that."))
            #expect(try await root.page("/audit?from=yesterday").text.contains("yesterday is no time"))
            #expect(sentences(try await root.page("/audit?resource=job:\(job)")).count == 1)
            #expect(sentences(try await root.page("/audit?resource=user:\(user.id)")).count == 1)
            #expect(sentences(try await root.page("/audit?service=other")).isEmpty)
            let wrong = try await root.page("/audit?service=a%20b")
            #expect(wrong.status == 200 && wrong.text.contains("role=\"alert\""))
        }
    }

    @Test("is paged, fifty at a time")
    func pages() async throws {
        try await scene { scene, root, _ in
            let drafts = (1...120).map { number in
                AuditDraft(
                    at: scene.clock.now(), principal: "system", operation: "createJob", resource: "job:x\(number)",
                    isAllowed: true)
            }
            _ = try await scene.identities.append(drafts)
            let first = try await root.page("/audit?operation=createJob")
            #expect(sentences(first).count == 50 && sentences(first)[0] == "Punctual itself created the job job x120")
            let next = try #require(first.text.firstMatch(of: /href="([^"]*)" rel="next"/)?.1)
            let second = try await root.page(
                next.replacingOccurrences(of: "&amp;", with: "&").replacingOccurrences(of: "&#61;", with: "="))
            #expect(sentences(second).first == "Punctual itself created the job job x70")
            #expect(second.text.contains("First page"))
        }
    }

    @Test("tells the chain's head, and that it does not hold")
    func chain() async throws {
        try await scene { scene, root, _ in
            let page = try await root.page("/audit")
            let head = try await scene.identities.auditHead()
            #expect(page.text.contains(head.text) && page.text.contains("The log ends at entry \(head.sequence)"))
            await scene.identities.loseAuditHead()
            let broken = try await root.page("/audit")
            #expect(broken.status == 200 && broken.text.contains("The log was tampered with"))
        }
    }

    @Test("what somebody has called a thing stays a text", arguments: DashboardPageTests.hostile)
    func hostile(text: String) async throws {
        try await scene { scene, root, _ in
            _ = try await scene.identities.append([
                AuditDraft(
                    at: scene.clock.now(), principal: text, credential: text, operation: text, resource: "key:\(text)",
                    service: text, isAllowed: false, before: ["name": .string(text), text: 1],
                    after: ["name": .string(text), "reason": .string(text), "subject": .string(text)],
                    requestID: text)
            ])
            let page = try await root.page("/audit")
            #expect(page.status == 200)
            page.expectEscaped(text)
            page.expectWhole("\(text)")
        }
    }
}
