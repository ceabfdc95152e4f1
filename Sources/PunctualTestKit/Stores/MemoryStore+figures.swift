public import PunctualCore
public import PunctualSchedule

extension MemoryStore: FigureStore {
    public func tell(_ figures: [MinuteFigures], by teller: FigureTeller) async throws(StoreError) {
        var teller = teller
        if twin == .forgettingEarlierLives { teller.process = "" }
        for figures in figures {
            let known = minuteFigures[teller]?[figures.minute]?.total ?? -1
            if known < figures.total || twin == .takingLateFigures {
                minuteFigures[teller, default: [:]][figures.minute] = figures
            }
        }
    }

    public func toldFigures(ofLast minutes: Int, limit: Int) async throws(StoreError) -> ToldFigures {
        let now = clock.now()
        let newest = MinuteFigures.minute(of: now)
        let items = minuteFigures.flatMap { teller, figures in
            figures.values.filter { newest - minutes < $0.minute && $0.minute <= newest }
                .map { ToldFigures.Item(teller: teller, figures: $0) }
        }
        let sorted = items.sorted { left, right in
            (left.figures?.minute ?? 0, left.teller.node, left.teller.process)
                > (right.figures?.minute ?? 0, right.teller.node, right.teller.process)
        }
        return ToldFigures(now: now, items: Array(sorted.prefix(max(0, limit))))
    }

    public func pruneFigures(before instant: Timestamp) async throws(StoreError) -> Int {
        if twin == .keepingFigures { return 0 }
        let oldest = MinuteFigures.minute(of: instant)
        let before = minuteFigures.values.reduce(0) { $0 + $1.count }
        minuteFigures = minuteFigures.mapValues { $0.filter { $0.key >= oldest } }.filter { !$0.value.isEmpty }
        return before - minuteFigures.values.reduce(0) { $0 + $1.count }
    }
}
