import Foundation
import PunctualJSON
import Testing

/// What becomes of a node's events when some of their readers take nothing, or a byte a second.
@Suite("Slow readers of events", .timeLimit(.minutes(15)))
struct SlowReaderTests {
    private static let fixtures = "Tests/PunctualSystemTests/Fixtures"

    /// Reads with many readers; what went wrong by its kind, and figures.
    private func read(
        port: Int, process: pid_t, good: Int, stopped: Int, acts: (Int, Int, Int), patience: Int, in folder: Folder
    ) async throws -> (faults: [String: String], figures: String) {
        let config: JSONValue = [
            "port": .int(Int64(port)), "pid": .int(Int64(process)), "good": .int(Int64(good)),
            "stopped": .int(Int64(stopped)), "first": .int(Int64(acts.0)), "second": .int(Int64(acts.1)),
            "third": .int(Int64(acts.2)), "patience": .int(Int64(patience)),
        ]
        let said = try await Program.run(
            Checkout.python,
            [
                Checkout.path("\(Self.fixtures)/event_readers.py"),
                try folder.write(config.description, to: "readers.json"),
            ],
            in: folder, seconds: 800)
        guard said.status == 0 else { throw Missing(description: "the readers: \(said)") }
        let json = try said.json()
        let faults = json["faults"]?.object?.members.map { ($0.name, $0.value.string ?? "") } ?? []
        return (Dictionary(faults) { first, _ in first }, json["figures"]?.description ?? "")
    }

    @Test("cost no memory, are cut off, and go on or are told of the gap, while fifty others miss nothing")
    func realNode() async throws {
        try await withServer { server in
            let found = try await read(
                port: Int(server.port) ?? 0, process: server.background.process, good: 50, stopped: 16,
                acts: (1500, 2500, 6000), patience: 120, in: server.folder)
            #expect(found.faults.isEmpty, "\(found)")
            print("slow readers: \(found.figures)")
        }
    }

    @Test(
        "an honest twin passes, and each broken one fails as it is broken",
        arguments: [
            ("none", nil), ("hoards", "memory"), ("holds", "cut"), ("skips", "missed"), ("swaps", "order|missed"),
            ("forgets", "gap"),
        ] as [(String, String?)])
    func twins(broken: String, kind: String?) async throws {
        try await withFolder { folder in
            _ = try await withProgram(
                Checkout.python, [Checkout.path("\(Self.fixtures)/event_twin.py"), broken, "1500"], in: folder,
                named: "twin"
            ) { twin in
                let line = try await twin.line(with: "ready at ")
                let found = try await read(
                    port: Int(line.split(separator: " ").last ?? "") ?? 0, process: twin.process, good: 6, stopped: 8,
                    acts: (500, 500, 2000), patience: 10, in: folder)
                let kinds = Set(kind.map { $0.split(separator: "|").map(String.init) } ?? [])
                #expect(
                    kind == nil ? found.faults.isEmpty : !kinds.isDisjoint(with: found.faults.keys), "\(found)")
            }
        }
    }
}
