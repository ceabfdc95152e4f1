internal import PunctualJSON
internal import PunctualSchedule

/// Which executions somebody looks at, as the address says.
struct ExecutionFilters {
    typealias Pair = (name: String, value: String)

    /// What the address says, times as instants; without `cursor`.
    private(set) var pairs: [Pair] = []
    /// Where the page begins; nil for the first.
    let cursor: String?
    /// Whether a time was told by somebody's clock: the address that says the same for everybody is another.
    private(set) var isLocal = false
    private let path: String
    private let now: Timestamp

    /// Spans that are offered, by their words.
    static let spans: [(word: String, name: String, seconds: Int64)] = [
        ("1h", "last hour", 3600), ("24h", "last 24 hours", 86_400), ("7d", "last 7 days", 604_800),
    ]

    /// - Parameter names: those that the page knows; others are passed over.
    init(_ visit: Visit, path: String, names: [String]) {
        self.path = path
        now = visit.now
        cursor = visit.query["cursor"]
        for name in names {
            guard var value = visit.query[name] else { continue }
            if name == "from" || name == "to", let local = LocalDateTime(iso8601: value) {
                value = "\(Self.instant(of: local, visit.preferences.zone))"
                isLocal = true
            }
            // Two ways to say from when on are one too many.
            if name == "within", visit.query["from"] != nil { continue }
            pairs.append((name, value))
        }
    }

    /// A time that a clock jumps over is the jump; one that it shows twice is the first.
    private static func instant(of local: LocalDateTime, _ zone: ZoneRules) -> Timestamp {
        switch zone.resolve(local) {
        case .unique(let instant): instant
        case .gap(_, _, let transition): transition
        case .overlap(let first, _): first
        }
    }

    subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// What the call is asked: spans begin with a whole minute, so that many who look share an answer.
    var query: [Pair] { absolute + (cursor.map { [("cursor", $0)] } ?? []) }

    private var absolute: [Pair] {
        pairs.map { pair in
            guard pair.name == "within", let span = Self.spans.first(where: { $0.word == pair.value }) else {
                return pair
            }
            let minute = now.milliseconds - now.milliseconds % 60_000
            return ("from", "\(Timestamp(milliseconds: minute - span.seconds * 1000))")
        }
    }

    // MARK: Addresses

    /// The address of the first page with those filters.
    func address(_ pairs: [Pair]) -> String {
        pairs.isEmpty
            ? path
            : "\(path)?" + pairs.map { "\($0.name)=\(FormFields.encoded($0.value))" }.joined(separator: "&")
    }

    /// The address of these filters.
    var address: String { address(pairs) }

    /// Behind the page; a cursor is good for the times of its own page alone.
    func next(_ cursor: String?) -> String? { cursor.map { address(absolute + [("cursor", $0)]) } }

    var first: String? { cursor == nil ? nil : address }

    func without(_ name: String) -> String { address(pairs.filter { $0.name != name }) }

    func with(_ name: String, _ value: String) -> String {
        address(pairs.filter { $0.name != name } + [(name, value)])
    }

    // MARK: What is shown

    /// What each filter says, with the address without it.
    /// - Parameter job: the name of the job that is meant.
    func chips(job: String?, except shown: [String] = [], _ clock: PageClock) -> [View] {
        pairs.filter { !shown.contains($0.name) }.map { pair in
            let instant = Timestamp(rfc3339: pair.value).map(clock.text) ?? pair.value
            let text =
                switch pair.name {
                case "q": "“\(pair.value)”"
                case "job_id": "job: \(job ?? pair.value)"
                case "from": "from \(instant)"
                case "to": "before \(instant)"
                case "within": Self.spans.first { $0.word == pair.value }?.name ?? pair.value
                default: "\(pair.name): \(pair.value)"
                }
            return ["chipText": text, "chipPath": without(pair.name)]
        }
    }

    /// The fields of the form that narrows the list.
    func form(_ zone: ZoneRules) -> View {
        func local(_ name: String) -> String? {
            guard let value = self[name] else { return nil }
            return Timestamp(rfc3339: value).map { String(zone.local(at: $0).description.prefix(16)) }
        }
        func choices(_ words: [(word: String, name: String)], _ name: String) -> [View] {
            words.map { ["choice": $0.word, "choiceName": $0.name, "isChoice": self[name] == $0.word] }
        }
        return [
            "fService": self["service"], "fQueue": self["queue"], "fFrom": local("from"), "fTo": local("to"),
            "fZone": zone.name, "fQ": self["q"], "fJob": self["job_id"], "q": self["q"],
            "fStatuses": choices(Self.statuses.map { ($0, $0.capitalizedWord) }, "status"),
            "fReasons": choices(Self.reasons.map { ($0, Wording.reason($0)) }, "reason"),
            "spans": Self.spans.map { span -> View in
                [
                    "spanName": span.name.capitalizedWord, "isSpan": self["within"] == span.word,
                    "spanPath": address(
                        pairs.filter { !["from", "to", "within"].contains($0.name) } + [("within", span.word)]),
                ]
            },
            "kept": pairs.filter { $0.name != "q" }.map { ["keptName": $0.name, "keptValue": $0.value] as View },
        ]
    }

    static let statuses = [
        "buffered", "pending", "running", "succeeded", "failed", "cancelled", "skipped", "missed",
    ]
    static let reasons = [
        "timeout", "lease_expired", "exit_code", "http_status", "connection", "overlap", "buffer_full",
        "catchup_window", "misfire", "paused", "calendar", "cancelled", "shutdown",
    ]
}

extension Wording {
    /// `lease expired`
    static func reason(_ word: String) -> String { word.replacing("_", with: " ") }

    /// The same where the error does not say it: `exit code 7` does.
    static func reason(_ word: String?, unlessIn error: String?) -> String? {
        guard let word, let last = word.split(separator: "_").last else { return nil }
        return error?.lowercased().contains(last) ?? false ? nil : reason(word)
    }
}
