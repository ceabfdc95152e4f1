import GRDB
import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Testing

@testable import PunctualSQLite

@Suite("Figures of minutes in SQLite")
struct FigureTests {
    @Test("whatever others write into the table, the rest is read")
    func hostile() async throws {
        let (folder, clock) = (try TemporaryFolder(), ManualClock())
        let store = try SQLiteStore(path: folder.file("punctual.db"), clock: clock)
        defer { store.close() }
        let minute = MinuteFigures.minute(of: clock.now())
        var figures = MinuteFigures(minute: minute)
        figures.ended = [.succeeded: 3]
        try await store.tell([figures], by: FigureTeller(node: "a", process: "1"))
        let odd = [
            "''", "'null'", "'{'", "x'00ff'", "7", "'{\"ended\":{\"succeeded\":9e99},\"queues\":{},\"late\":[]}'",
        ]
        try await store.pool.write { database in
            for (number, value) in odd.enumerated() {
                try database.execute(
                    sql: "INSERT INTO minute_figures VALUES (\(minute), 'x\(number)', '', 'many', \(value))")
            }
            for other in ["\(Int.min)", "0", "\(minute + 1)", "\(Int.max)", "'soon'", "x'00'", "1e300"] {
                try database.execute(
                    sql: """
                        INSERT INTO minute_figures
                        SELECT \(other), 'y', '', 1, figures FROM minute_figures WHERE node = 'a'
                        """)
            }
        }
        let told = try await store.toldFigures(ofLast: 60, limit: 100)
        #expect(told.items.compactMap(\.figures) == [figures] && told.items.count == odd.count + 1)
        #expect(try await store.pruneFigures(before: clock.now()) == 2)
    }
}
