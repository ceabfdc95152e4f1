import Foundation
import PunctualAPI
import Testing

@Suite("Problem kinds")
struct ProblemKindTests {
    @Test("a type names its kind, and others name none", arguments: ProblemKind.allCases)
    func type(kind: ProblemKind) {
        #expect(ProblemKind(type: kind.type) == kind)
        #expect((400..<600).contains(kind.status))
        #expect(ProblemKind(type: kind.rawValue) == nil)
        #expect(ProblemKind(type: "https://example.org/problems#\(kind.rawValue)") == nil)
    }

    private func file(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    @Test("the OpenAPI document names every kind, and no other")
    func document() throws {
        let text = try file("Sources/PunctualHTTP/Resources/openapi.json")
        let names = try #require(text.firstMatch(of: /problems#name`\. Names: ([a-z, _]+)\./)?.1)
        #expect(Set(names.split(separator: ", ").map(String.init)) == Set(ProblemKind.allCases.map(\.rawValue)))
    }

    @Test("the reference lists every kind with its status, and no other")
    func reference() throws {
        let page = try file("docs/reference/api.md")
        let rows = page.matches(of: /(?m)^\| `([a-z_]+)` \| (\d{3}) \|/).map { "\($0.1) \($0.2)" }
        #expect(Set(rows) == Set(ProblemKind.allCases.map { "\($0.rawValue) \($0.status)" }))
    }
}
