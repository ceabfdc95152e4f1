internal import CLibpq
internal import PunctualCore
internal import PunctualSchedule

/// The rows that a statement gave, in libpq's own memory.
///
/// Sendable because a result never changes once it is there; nothing here writes to it.
final class Rows: @unchecked Sendable {
    private let result: OpaquePointer
    let count: Int

    /// Takes the result over.
    init(_ result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    /// How many rows an INSERT, UPDATE or DELETE changed.
    var changed: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// The rows, each read from left to right.
    func map<Value, Failure: Error>(
        _ read: (inout Columns) throws(Failure) -> Value
    ) throws(Failure) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for row in 0..<count {
            var columns = Columns(result, row: row)
            values.append(try read(&columns))
        }
        return values
    }

    /// The first row; nil when there is none.
    func first<Value, Failure: Error>(
        _ read: (inout Columns) throws(Failure) -> Value
    ) throws(Failure) -> Value? {
        guard count > 0 else { return nil }
        var columns = Columns(result, row: 0)
        return try read(&columns)
    }
}

/// The columns of one row, read from left to right in their binary form.
///
/// A column of another length than its type's reads as zero: the statements here name what they read.
struct Columns {
    private let result: OpaquePointer
    private let row: Int32
    private var position: Int32 = 0

    init(_ result: OpaquePointer, row: Int) {
        self.result = result
        self.row = Int32(row)
    }

    /// The bytes of the next column, valid while the rows are; nil for NULL.
    private mutating func next() -> UnsafeRawBufferPointer? {
        defer { position += 1 }
        // For NULL the length is 0 as well, and so is that of an empty text.
        let length = PQgetlength(result, row, position)
        if length == 0, PQgetisnull(result, row, position) != 0 { return nil }
        return UnsafeRawBufferPointer(start: PQgetvalue(result, row, position), count: Int(length))
    }

    private mutating func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
        next().map { bytes in
            bytes.count == MemoryLayout<Value>.size ? Value(bigEndian: bytes.loadUnaligned(as: Value.self)) : 0
        }
    }

    mutating func optionalInt64() -> Int64? { integer(Int64.self) }
    mutating func int64() -> Int64 { integer(Int64.self) ?? 0 }
    mutating func int() -> Int { Int(int64()) }
    mutating func optionalInt() -> Int? { integer(Int64.self).map(Int.init) }
    /// A column of type `integer`.
    mutating func int32() -> Int { Int(integer(Int32.self) ?? 0) }
    /// A column of type `smallint`.
    mutating func int16() -> Int { Int(integer(Int16.self) ?? 0) }
    mutating func double() -> Double { Double(bitPattern: integer(UInt64.self) ?? 0) }
    mutating func bool() -> Bool { integer(UInt8.self) == 1 }
    mutating func instant() -> Timestamp { Timestamp(milliseconds: int64()) }
    mutating func optionalInstant() -> Timestamp? { integer(Int64.self).map(Timestamp.init(milliseconds:)) }
    mutating func optionalText() -> String? { next().map { String(decoding: $0, as: UTF8.self) } }
    mutating func text() -> String { optionalText() ?? "" }
    mutating func blob() -> [UInt8] { next().map(Array.init) ?? [] }

    mutating func identifier() -> Identifier { optionalIdentifier() ?? Identifier(high: 0, low: 0) }

    mutating func optionalIdentifier() -> Identifier? {
        guard let bytes = next(), bytes.count == 16 else { return nil }
        return Identifier(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}
