package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

extension PostgresStore: FigureStore {
    package func tell(_ figures: [MinuteFigures], by teller: FigureTeller) async throws(StoreError) {
        if figures.isEmpty { return }
        // No process writes rows of another, so the order of the locks is its own affair.
        _ = try await run([
            PostgresStore.tellFigures(
                teller.node, teller.process, figures.map(\.minute), figures.map(\.total),
                figures.map(\.json.description))
        ])
    }

    private static let tellFigures = Statement(
        """
        INSERT INTO minute_figures AS m (minute, node, process, total, figures)
        SELECT f.minute, $1, $2, f.total, f.figures
        FROM unnest($3::int8[], $4::int8[], $5::text[]) AS f (minute, total, figures)
        ON CONFLICT (minute, node, process) DO UPDATE SET total = excluded.total, figures = excluded.figures
        WHERE m.total < excluded.total
        """)

    package func toldFigures(ofLast minutes: Int, limit: Int) async throws(StoreError) -> ToldFigures {
        let rows = try await run([PostgresStore.toldFigures(given, minutes, max(0, limit))])[0]
        let told = rows.map { row -> (now: Timestamp, item: ToldFigures.Item?) in
            let now = row.instant()
            guard let minute = row.optionalInt() else { return (now, nil) }
            let teller = FigureTeller(node: row.text(), process: row.text())
            return (now, ToldFigures.Item(teller: teller, figures: MinuteFigures(minute: minute, stored: row.text())))
        }
        return ToldFigures(now: told.first?.now ?? Timestamp(milliseconds: 0), items: told.compactMap(\.item))
    }

    /// A row with the time alone when nothing was told.
    static let toldFigures = Statement(
        """
        WITH moment AS MATERIALIZED (SELECT coalesce($1::int8, punctual_now()) AS now)
        SELECT moment.now, m.minute, m.node, m.process, m.figures FROM moment LEFT JOIN LATERAL (
            SELECT minute, node, process, figures FROM minute_figures
            WHERE minute > moment.now / 60000 - $2::int8 AND minute <= moment.now / 60000
            ORDER BY minute DESC, node DESC, process DESC LIMIT $3::int8
        ) m ON true
        ORDER BY m.minute DESC, m.node DESC, m.process DESC
        """)

    package func pruneFigures(before instant: Timestamp) async throws(StoreError) -> Int {
        try await run([PostgresStore.pruneFigures(MinuteFigures.minute(of: instant))])[0].changed
    }

    private static let pruneFigures = Statement("DELETE FROM minute_figures WHERE minute < $1")
}
