internal import GRDB
internal import GRDBSQLite
internal import PunctualCore
internal import PunctualSchedule

// GRDB opens, pools, migrates and keeps the prepared statements; values go in and out here, without its boxes: half
// of the time of a write went there.

extension Database {
    /// Runs a statement that gives no rows.
    /// - Returns: how many rows it changed.
    @discardableResult
    func run<each Value: Bindable>(_ sql: String, _ values: repeat each Value) throws -> Int {
        let statement = try cachedStatement(sql: sql).sqliteStatement
        var index: Int32 = 0
        repeat (each values).bind(to: statement, at: next(&index))
        defer { sqlite3_reset(statement) }
        while try step(statement) {}
        return changesCount
    }

    /// The rows, each read before the next.
    func rows<Result, each Value: Bindable>(
        _ sql: String, _ values: repeat each Value, read: (inout Columns) throws -> Result
    ) throws -> [Result] {
        let statement = try cachedStatement(sql: sql).sqliteStatement
        var index: Int32 = 0
        repeat (each values).bind(to: statement, at: next(&index))
        return try collect(statement, read: read)
    }

    /// The rows of a statement put together for this call.
    func rows<Result>(
        composed sql: String, _ values: [any Bindable], read: (inout Columns) throws -> Result
    ) throws -> [Result] {
        // It is finalized with its object.
        let prepared = try makeStatement(sql: sql)
        for (index, value) in values.enumerated() { value.bind(to: prepared.sqliteStatement, at: Int32(index + 1)) }
        return try withExtendedLifetime(prepared) { try collect(prepared.sqliteStatement, read: read) }
    }

    /// The first row; nil when there is none.
    func first<Result, each Value: Bindable>(
        _ sql: String, _ values: repeat each Value, read: (inout Columns) throws -> Result
    ) throws -> Result? {
        let statement = try cachedStatement(sql: sql).sqliteStatement
        var index: Int32 = 0
        repeat (each values).bind(to: statement, at: next(&index))
        defer { sqlite3_reset(statement) }
        guard try step(statement) else { return nil }
        var columns = Columns(statement)
        return try read(&columns)
    }

    private func collect<Result>(
        _ statement: OpaquePointer, read: (inout Columns) throws -> Result
    ) throws -> [Result] {
        defer { sqlite3_reset(statement) }
        var results: [Result] = []
        while try step(statement) {
            var columns = Columns(statement)
            results.append(try read(&columns))
        }
        return results
    }

    /// - Returns: whether there is a row to read.
    private func step(_ statement: OpaquePointer) throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(sqliteConnection)))
        }
    }
}

private func next(_ index: inout Int32) -> Int32 {
    index += 1
    return index
}

/// The columns of one row, read from left to right.
struct Columns {
    private let statement: OpaquePointer
    private var position: Int32 = 0

    init(_ statement: OpaquePointer) { self.statement = statement }

    private mutating func advance() -> Int32 {
        defer { position += 1 }
        return position
    }

    private mutating func unlessNull<Value>(_ read: (inout Columns) throws -> Value) rethrows -> Value? {
        if sqlite3_column_type(statement, position) == SQLITE_NULL {
            position += 1
            return nil
        }
        return try read(&self)
    }

    mutating func int64() -> Int64 { sqlite3_column_int64(statement, advance()) }
    mutating func int() -> Int { Int(int64()) }
    mutating func bool() -> Bool { int64() != 0 }
    mutating func instant() -> Timestamp { Timestamp(milliseconds: int64()) }
    mutating func optionalInt() -> Int? { unlessNull { $0.int() } }
    mutating func optionalInstant() -> Timestamp? { unlessNull { $0.instant() } }
    mutating func optionalText() -> String? { unlessNull { $0.text() } }

    mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }

    mutating func blob() -> [UInt8] { Array(bytes()) }

    /// Valid until the next step.
    private mutating func bytes() -> UnsafeRawBufferPointer {
        let index = advance()
        let start = sqlite3_column_blob(statement, index)
        return UnsafeRawBufferPointer(
            start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, index)))
    }

    mutating func identifier() throws -> Identifier {
        let bytes = bytes()
        guard bytes.count == 16 else { throw StoreError.corrupt("an id of \(bytes.count) bytes") }
        return Identifier(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}

/// A value for a place of a statement.
protocol Bindable {
    /// SQLite copies what it is given.
    func bind(to statement: OpaquePointer, at index: Int32)
}

// Binding fails only for an index that the statement lacks or without memory; the step then finds null, which no
// column that matters takes.

/// SQLITE_TRANSIENT, a macro that Swift does not see: copy the bytes before returning.
private nonisolated(unsafe) let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension Int64: Bindable {
    func bind(to statement: OpaquePointer, at index: Int32) { sqlite3_bind_int64(statement, index, self) }
}

extension Int: Bindable {
    func bind(to statement: OpaquePointer, at index: Int32) { sqlite3_bind_int64(statement, index, Int64(self)) }
}

extension Bool: Bindable {
    func bind(to statement: OpaquePointer, at index: Int32) { sqlite3_bind_int64(statement, index, self ? 1 : 0) }
}

extension Timestamp: Bindable {
    func bind(to statement: OpaquePointer, at index: Int32) { sqlite3_bind_int64(statement, index, milliseconds) }
}

extension String: Bindable {
    func bind(to statement: OpaquePointer, at index: Int32) {
        var text = self
        text.withUTF8 { utf8 in
            // An empty string may have no address, and a null address would mean NULL.
            guard let start = utf8.baseAddress else {
                sqlite3_bind_text(statement, index, "", 0, copied)
                return
            }
            start.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                _ = sqlite3_bind_text(statement, index, $0, Int32(utf8.count), copied)
            }
        }
    }
}

extension [UInt8]: Bindable {
    func bind(to statement: OpaquePointer, at index: Int32) {
        withUnsafeBytes {
            if $0.isEmpty {
                _ = sqlite3_bind_zeroblob(statement, index, 0)
            } else {
                _ = sqlite3_bind_blob(statement, index, $0.baseAddress, Int32($0.count), copied)
            }
        }
    }
}

extension Identifier: Bindable {
    /// The 16 bytes of a key column, big-endian so that they sort as the id does.
    func bind(to statement: OpaquePointer, at index: Int32) {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) {
            _ = sqlite3_bind_blob(statement, index, $0.baseAddress, 16, copied)
        }
    }
}

extension Optional: Bindable where Wrapped: Bindable {
    func bind(to statement: OpaquePointer, at index: Int32) {
        if let self { self.bind(to: statement, at: index) } else { sqlite3_bind_null(statement, index) }
    }
}
