internal import PunctualCore
internal import PunctualSchedule

/// A value that goes to the server in PostgreSQL's binary form.
protocol Bindable: Sendable {
    /// The OID of its type.
    static var type: UInt32 { get }
    /// The OID of arrays of it; 0 when there are none.
    static var arrayType: UInt32 { get }
    var isNull: Bool { get }
    /// Appends the bytes; not asked for when the value is null.
    func write(to bytes: inout [UInt8])
}

extension Bindable {
    var isNull: Bool { false }
}

/// The values of one call, ready to be sent.
struct Parameters: Sendable {
    private(set) var types: [UInt32] = []
    /// Of each value; nil for NULL.
    private(set) var lengths: [Int32?] = []
    private(set) var bytes: [UInt8] = []

    init<each Value: Bindable>(_ values: repeat each Value) {
        repeat append(each values)
    }

    mutating func append<Value: Bindable>(_ value: Value) {
        types.append(Value.type)
        if value.isNull { return lengths.append(nil) }
        let start = bytes.count
        value.write(to: &bytes)
        lengths.append(Int32(bytes.count - start))
    }
}

extension [UInt8] {
    /// Appends the integer in network order.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

extension Int64: Bindable {
    static var type: UInt32 { 20 }
    static var arrayType: UInt32 { 1016 }
    func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int: Bindable {
    static var type: UInt32 { Int64.type }
    static var arrayType: UInt32 { Int64.arrayType }
    func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: Int64(self)) }
}

extension Double: Bindable {
    static var type: UInt32 { 701 }
    static var arrayType: UInt32 { 1022 }
    func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
}

extension Bool: Bindable {
    static var type: UInt32 { 16 }
    static var arrayType: UInt32 { 1000 }
    func write(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension String: Bindable {
    static var type: UInt32 { 25 }
    static var arrayType: UInt32 { 1009 }

    /// PostgreSQL's text cannot hold a zero byte; U+FFFD stands for it.
    func write(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: utf8)
        guard bytes[start...].contains(0) else { return }
        bytes.removeSubrange(start...)
        bytes.append(contentsOf: replacing("\0", with: "\u{FFFD}").utf8)
    }
}

extension Timestamp: Bindable {
    static var type: UInt32 { Int64.type }
    static var arrayType: UInt32 { Int64.arrayType }
    func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: milliseconds) }
}

extension Identifier: Bindable {
    static var type: UInt32 { 2950 }
    static var arrayType: UInt32 { 2951 }

    func write(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
    }
}

/// A value of type `bytea`.
struct Blob: Bindable {
    let bytes: [UInt8]

    static var type: UInt32 { 17 }
    static var arrayType: UInt32 { 1001 }
    func write(to bytes: inout [UInt8]) { bytes.append(contentsOf: self.bytes) }
}

extension Optional: Bindable where Wrapped: Bindable {
    static var type: UInt32 { Wrapped.type }
    static var arrayType: UInt32 { Wrapped.arrayType }
    var isNull: Bool { self?.isNull ?? true }
    func write(to bytes: inout [UInt8]) { self?.write(to: &bytes) }
}

extension Array: Bindable where Element: Bindable {
    static var type: UInt32 { Element.arrayType }
    static var arrayType: UInt32 { 0 }

    /// Dimensions, whether nulls may come, the type of elements, length and lower bound; then length and bytes of each.
    func write(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(isEmpty ? 0 : 1))
        bytes.append(bigEndian: Int32(1))
        bytes.append(bigEndian: Element.type)
        if isEmpty { return }
        bytes.append(bigEndian: Int32(count))
        bytes.append(bigEndian: Int32(1))
        for element in self {
            if element.isNull {
                bytes.append(bigEndian: Int32(-1))
                continue
            }
            let place = bytes.count
            bytes.append(bigEndian: Int32(0))
            element.write(to: &bytes)
            let length = UInt32(bytes.count - place - 4)
            for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - index * 8)) }
        }
    }
}

extension Parameters {
    /// As libpq wants them; valid during the call.
    func withPointers<Result>(
        _ body: (
            Int32, UnsafePointer<UInt32>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
            UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { bytes in
            // An empty value needs an address as well, or it would be NULL.
            let empty = StaticString("").utf8Start
            let base =
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                ?? UnsafeRawPointer(empty).assumingMemoryBound(to: CChar.self)
            var offset = 0
            let values = lengths.map { length -> UnsafePointer<CChar>? in
                guard let length else { return nil }
                defer { offset += Int(length) }
                return base + offset
            }
            return body(
                Int32(types.count), types, values, lengths.map { $0 ?? 0 }, [Int32](repeating: 1, count: types.count))
        }
    }
}
