/// The years that an expression allows, as ranges with steps.
struct CronYears: Sendable, Hashable {
    struct Span: Sendable, Hashable {
        var first: Int
        var last: Int
        var step: Int

        fileprivate func contains(_ other: Span) -> Bool {
            other.first >= first && other.last <= last && (other.first - first) % step == 0 && other.step % step == 0
        }
    }

    /// The years that any calendar question is answered for (OCPS 1.4, 4.3.2).
    static let all = 1...9999

    private(set) var spans: [Span] = []

    /// Spans that others hold already are left out, so that a long list of them costs no more than the others.
    mutating func add(_ span: Span) {
        if !spans.contains(where: { $0.contains(span) }) { spans.append(span) }
    }

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
