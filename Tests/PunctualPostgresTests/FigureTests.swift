import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("Figures of minutes in PostgreSQL", .timeLimit(.minutes(10)))
struct FigureTests {
    private func figures(_ minute: Int, _ succeeded: Int) -> MinuteFigures {
        var figures = MinuteFigures(minute: minute)
        figures.ended = [.succeeded: succeeded]
        return figures
    }

    @Test("whatever others write into the table, the rest is read")
    func hostile() async throws {
        let clock = ManualClock()
        try await withStore(clock: clock) { store in
            let minute = MinuteFigures.minute(of: clock.now())
            let teller = FigureTeller(node: "a", process: "1")
            try await store.tell([figures(minute, 3)], by: teller)
            let texts = [
                "", "null", "{", "{}", #"{"ended":{"succeeded":9e99},"queues":{},"late":[]}"#, "\u{1}\u{10FFFF}",
            ]
            for (number, text) in texts.enumerated() {
                _ = try await store.run([Self.insert(minute, "x\(number)", 1, text)])
            }
            for other in [Int.min, -1, 0, minute - 60, minute + 1, Int.max] {
                _ = try await store.run([Self.insert(other, "y", Int.max, figures(other, 1).json.description)])
            }
            let told = try await store.toldFigures(ofLast: 60, limit: 100)
            #expect(told.items.compactMap(\.figures) == [figures(minute, 3)] && told.items.count == texts.count + 1)
            #expect(told.now == clock.now())
            // What stands there with a larger total than ever comes is left as it is, and does no more harm than that.
            try await store.tell([figures(minute + 1, 1)], by: FigureTeller(node: "y", process: ""))
            #expect(try await store.pruneFigures(before: clock.now() + .seconds(-7200)) == 3)
        }
    }

    private static let insert = Statement(
        "INSERT INTO minute_figures (minute, node, process, total, figures) VALUES ($1, $2, '', $3, $4)")

    @Test("minutes are those of the database's clock, for every node, and a node that tells often leaves little behind")
    func nodes() async throws {
        try await withDatabase { uri in
            let nodes = [try await PostgresStore(uri: uri), try await PostgresStore(uri: uri)]
            let now = try await nodes[0].now()
            let minute = MinuteFigures.minute(of: now)
            for round in 1...100 {
                for (number, node) in nodes.enumerated() {
                    try await node.tell(
                        [figures(minute, round), figures(minute - 1, round)],
                        by: FigureTeller(node: "n\(number)", process: "1"))
                }
            }
            for node in nodes {
                let told = try await node.toldFigures(ofLast: 60, limit: 100)
                #expect(told.items.compactMap(\.figures?.total) == [100, 100, 100, 100])
                #expect(abs((told.now - now).wholeMilliseconds) < 60_000)
                await node.close()
            }
        }
    }
}
