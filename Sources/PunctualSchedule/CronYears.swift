/// The years that an expression allows, as ranges with steps.
struct CronYears: Sendable, Hashable {
    struct Span: Sendable, Hashable {
        var first: Int
        var last: Int
        var step: Int
    }

    /// The years that any calendar question is answered for (OCPS 1.4, 4.3.2).
    static let all = 1...9999

    var spans: [Span]

    /// The first allowed year from `year` on; nil when there is none.
    func next(from year: Int) -> Int? {
        var best: Int?
        for span in spans {
            let candidate =
                year <= span.first
                ? span.first : span.first + (year - span.first + span.step - 1) / span.step * span.step
            if candidate <= span.last { best = min(best ?? candidate, candidate) }
        }
        return best
    }

    /// The last allowed year up to `year`; nil when there is none.
    func previous(from year: Int) -> Int? {
        var best: Int?
        for span in spans where year >= span.first {
            let candidate = span.first + (min(year, span.last) - span.first) / span.step * span.step
            best = max(best ?? candidate, candidate)
        }
        return best
    }
}
