/// The text of a statement, prepared once a connection; its identity is the object, so keep it in a `static let`.
final class Statement: Sendable {
    let sql: String
    /// Whether it is worth a place among the prepared ones: a text put together for one call is not.
    let isKept: Bool

    init(_ sql: String, isKept: Bool = true) {
        self.sql = sql
        self.isKept = isKept
    }

    /// The statement with its values.
    func callAsFunction<each Value: Bindable>(_ values: repeat each Value) -> Call {
        Call(statement: self, parameters: Parameters(repeat each values))
    }
}

/// A statement with its values.
struct Call: Sendable {
    let statement: Statement
    let parameters: Parameters

    init(statement: Statement, parameters: Parameters) {
        self.statement = statement
        self.parameters = parameters
    }

    /// A statement put together for this call.
    init<each Value: Bindable>(composed sql: String, _ values: repeat each Value) {
        self.init(
            statement: Statement(sql, isKept: false), parameters: Parameters(repeat each values))
    }

    /// A statement put together for this call, with values gathered one by one.
    init(composed sql: String, parameters: Parameters) {
        self.init(statement: Statement(sql, isKept: false), parameters: parameters)
    }
}

/// Which statements a connection has prepared, the longest unused of which makes room.
struct PreparedStatements {
    /// The most that one connection keeps; each costs the server some ten to hundred kilobytes.
    static let limit = 128

    private struct Entry {
        let statement: Statement
        let name: String
        var usedAt: Int
    }

    private var entries: [ObjectIdentifier: Entry] = [:]
    private var uses = 0
    private var names = 0

    /// The name to run it by; what must be sent before: whether it has to be prepared, and the name to give up.
    mutating func name(for statement: Statement) -> (name: String, isNew: Bool, evicted: String?) {
        uses += 1
        if let entry = entries[ObjectIdentifier(statement)] {
            entries[ObjectIdentifier(statement)]?.usedAt = uses
            return (entry.name, false, nil)
        }
        var evicted: String?
        if entries.count >= PreparedStatements.limit,
            let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt })
        {
            entries[oldest.key] = nil
            evicted = oldest.value.name
        }
        names += 1
        let name = "p\(names)"
        entries[ObjectIdentifier(statement)] = Entry(statement: statement, name: name, usedAt: uses)
        return (name, true, evicted)
    }

    var count: Int { entries.count }

    /// Forgets all names; each statement is prepared anew, under a new one.
    mutating func forget() { entries = [:] }
}
