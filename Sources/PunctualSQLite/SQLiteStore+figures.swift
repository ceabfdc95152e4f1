package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

extension SQLiteStore: FigureStore {
    package func tell(_ figures: [MinuteFigures], by teller: FigureTeller) async throws(StoreError) {
        if figures.isEmpty { return }
        try await lane.write { transaction in
            for figures in figures {
                try transaction.database.run(
                    """
                    INSERT INTO minute_figures (minute, node, process, total, figures) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (minute, node, process) DO UPDATE SET total = excluded.total, figures = excluded.figures
                    WHERE minute_figures.total < excluded.total
                    """, figures.minute, teller.node, teller.process, figures.total, figures.json.description)
            }
        }
    }

    package func toldFigures(ofLast minutes: Int, limit: Int) async throws(StoreError) -> ToldFigures {
        try await read { transaction in
            let newest = MinuteFigures.minute(of: transaction.now)
            let items = try transaction.database.rows(
                """
                SELECT minute, node, process, figures FROM minute_figures WHERE minute > ? AND minute <= ?
                ORDER BY minute DESC, node DESC, process DESC LIMIT ?
                """, newest - minutes, newest, max(0, limit)
            ) { row in
                let minute = row.int()
                return ToldFigures.Item(
                    teller: FigureTeller(node: row.text(), process: row.text()),
                    figures: MinuteFigures(minute: minute, stored: row.text()))
            }
            return ToldFigures(now: transaction.now, items: items)
        }
    }

    package func pruneFigures(before instant: Timestamp) async throws(StoreError) -> Int {
        try await lane.write {
            try $0.database.run("DELETE FROM minute_figures WHERE minute < ?", MinuteFigures.minute(of: instant))
        }
    }
}
