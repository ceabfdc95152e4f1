import Foundation
import PunctualJSON
import Testing

@Suite("punctual notification apply", .timeLimit(.minutes(5)))
struct NotificationApplyTests {
    private static let rules = """
        - name: on-call
          on: [failed, recovered]
          channel: {type: slack, url: "{{secret:SLACK_URL}}"}
        - name: audit
          service: billing
          on: [failed]
          channel: {type: webhook, url: "https://example.com/"}
        """

    @Test("rules are made, left alone, and changed, and what is listed can be applied again")
    func life() async throws {
        try await withServer { server in
            func apply(_ text: String, _ more: String...) async throws -> (said: Said, actions: [String]) {
                let said = try await server.punctual(
                    ["notification", "apply", "-f", "-", "-o", "json"] + more, input: text)
                return (said, (try said.json().array ?? []).compactMap { $0["action"]?.string })
            }
            let dry = try await apply(Self.rules, "--dry-run")
            #expect(dry.said.status == 0 && dry.actions == ["created", "created"], "\(dry)")
            #expect(try await server.json("notification", "list").array == [])
            #expect(try await apply(Self.rules).actions == ["created", "created"])
            #expect(try await apply(Self.rules).actions == ["unchanged", "unchanged"])
            let changed = try await apply(Self.rules.replacingOccurrences(of: "on: [failed]", with: "on: [missed]"))
            #expect(changed.actions == ["unchanged", "updated"], "\(changed)")
            let listed = try await server.punctual("notification", "list", "-o", "yaml")
            #expect(try await apply(listed.out).actions == ["unchanged", "unchanged"])
        }
    }

    @Test("a rule at fault is told of, the others are applied, and a file at fault changes nothing")
    func faults() async throws {
        try await withServer { server in
            let mixed =
                Self.rules
                + "\n- {name: bad, channel: {type: pigeon}}\n- {name: '../x y', on: [failed], channel: {type: slack, url: 'https://e.com'}}"
            let said = try await server.punctual(
                ["notification", "apply", "-f", "-", "-o", "json"], input: mixed)
            #expect(said.status != 0, "\(said)")
            let actions = (try said.json().array ?? []).compactMap { $0["action"]?.string }
            #expect(actions == ["created", "created", "failed", "failed"], "\(said)")
            for text in [
                "- {name: a}\n- {name: a}", "7", "- {on: [failed]}", "{", "\u{1B}[31m: [", "- name: ''",
                "&a [*a]",
            ] {
                let refused = try await server.punctual(["notification", "apply", "-f", "-"], input: text)
                #expect(
                    refused.status == 1 && refused.out.isEmpty && !refused.err.contains("\u{1B}"), "\(text): \(refused)"
                )
            }
            #expect(try await server.json("notification", "list").array?.count == 2)
        }
    }
}
