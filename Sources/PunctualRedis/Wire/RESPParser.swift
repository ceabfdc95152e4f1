package import NIOCore

/// Reads RESP2 and RESP3 from bytes as they come.
///
/// It keeps its place, so that a value in a thousand pieces costs no more than one in a single piece, and it does not
/// recurse. What a hostile or confused peer says of lengths is believed up to the limits and never allocated ahead.
package struct RESPParser {
    package struct Limits: Sendable, Hashable {
        /// Aggregates within aggregates.
        package var depth = 16
        /// The bytes of one bulk string.
        package var bulkBytes = 64 << 20
        /// The bytes of one line: a word, a number, an error.
        package var lineBytes = 64 << 10
        /// The values of one answer, all levels together.
        package var values = 1 << 20

        package init() {}
    }

    private struct Frame {
        let sign: UInt8
        var remaining: Int
        var items: [RedisValue] = []
    }

    private let limits: Limits
    private var frames: [Frame] = []
    /// The bulk whose length has been read.
    private var bulk: (sign: UInt8, length: Int)?
    /// How many of the readable bytes hold no line end.
    private var scanned = 0
    /// The values of the answer in hand.
    private var count = 0

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// The next whole value; nil until more bytes have come.
    /// - Throws: `.unreadable`; nothing after it can be read.
    package mutating func next(_ buffer: inout ByteBuffer) throws(RedisError) -> RedisValue? {
        while true {
            guard var value = try leaf(&buffer) else { return nil }
            // What the value completes, outwards.
            folding: while true {
                if case .opened = value { break }
                guard case .value(let done) = value else { break }
                guard let last = frames.indices.last else {
                    count = 0
                    return done
                }
                frames[last].items.append(done)
                frames[last].remaining -= 1
                guard frames[last].remaining == 0 else { break folding }
                value = RESPParser.closed(frames.removeLast())
            }
        }
    }

    private enum Step {
        case value(RedisValue)
        /// An aggregate has begun, or attributes were read, which say nothing to us.
        case opened
    }

    private static func closed(_ frame: Frame) -> Step {
        switch frame.sign {
        case UInt8(ascii: "*"): .value(.array(frame.items))
        case UInt8(ascii: "~"): .value(.set(frame.items))
        case UInt8(ascii: "%"): .value(.map(frame.items))
        case UInt8(ascii: ">"): .value(.push(frame.items))
        default: .opened
        }
    }

    /// Reads one line, or one bulk.
    private mutating func leaf(_ buffer: inout ByteBuffer) throws(RedisError) -> Step? {
        if let bulk { return try body(of: bulk, &buffer) }
        guard let end = try lineEnd(buffer) else { return nil }
        let (line, start) = (buffer, buffer.readerIndex)
        scanned = 0
        buffer.moveReaderIndex(forwardBy: end + 2)
        guard end > 0, let sign: UInt8 = line.getInteger(at: start) else { throw RESPParser.broken("an empty line") }
        count += 1
        guard count <= limits.values else { throw RESPParser.broken("an answer of more than \(limits.values) values") }
        func text() -> String { line.getString(at: start + 1, length: end - 1) ?? "" }
        switch sign {
        case UInt8(ascii: "+"): return .value(.text(text()))
        case UInt8(ascii: "-"): return .value(.refusal(RedisError(refusal: text())))
        case UInt8(ascii: ":"): return .value(.integer(try number(line, start + 1, end - 1)))
        case UInt8(ascii: "$"), UInt8(ascii: "!"), UInt8(ascii: "="):
            let length = try number(line, start + 1, end - 1)
            if length == -1, sign == UInt8(ascii: "$") { return .value(.null) }
            guard length >= 0, length <= limits.bulkBytes else {
                throw RESPParser.broken("a bulk of \(length) bytes; the limit is \(limits.bulkBytes)")
            }
            bulk = (sign, Int(length))
            return try body(of: (sign, Int(length)), &buffer)
        case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: ">"), UInt8(ascii: "|"):
            return try opened(sign, try number(line, start + 1, end - 1))
        case UInt8(ascii: "_"):
            guard end == 1 else { throw RESPParser.broken("a null with something in it") }
            return .value(.null)
        case UInt8(ascii: "#"):
            switch text() {
            case "t": return .value(.boolean(true))
            case "f": return .value(.boolean(false))
            default: throw RESPParser.broken("a boolean that is neither t nor f")
            }
        case UInt8(ascii: ","):
            guard let number = RESPParser.double(text()) else { throw RESPParser.broken("a number that is none") }
            return .value(.double(number))
        case UInt8(ascii: "("):
            let digits = text()
            let plain = digits.hasPrefix("-") ? digits.dropFirst() : Substring(digits)
            guard !plain.isEmpty, plain.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw RESPParser.broken("a big number that is none")
            }
            return .value(.bigNumber(digits))
        default: throw RESPParser.broken("the sign \(sign), which begins no value")
        }
    }

    private mutating func opened(_ sign: UInt8, _ length: Int64) throws(RedisError) -> Step {
        if length == -1, sign == UInt8(ascii: "*") { return .value(.null) }
        guard length >= 0, length <= limits.values else {
            throw RESPParser.broken("an aggregate of \(length) values; the limit is \(limits.values)")
        }
        let isPaired = sign == UInt8(ascii: "%") || sign == UInt8(ascii: "|")
        let frame = Frame(sign: sign, remaining: isPaired ? Int(length) * 2 : Int(length))
        if frame.remaining == 0 { return RESPParser.closed(frame) }
        guard frames.count < limits.depth else {
            throw RESPParser.broken("more than \(limits.depth) aggregates within each other")
        }
        frames.append(frame)
        return .opened
    }

    private mutating func body(
        of head: (sign: UInt8, length: Int), _ buffer: inout ByteBuffer
    ) throws(RedisError) -> Step? {
        guard buffer.readableBytes >= head.length + 2 else { return nil }
        bulk = nil
        let start = buffer.readerIndex
        guard let end: UInt16 = buffer.getInteger(at: start + head.length), end == 0x0D0A,
            let slice = buffer.getSlice(at: start, length: head.length)
        else { throw RESPParser.broken("a bulk without its line end") }
        buffer.moveReaderIndex(forwardBy: head.length + 2)
        switch head.sign {
        case UInt8(ascii: "!"): return .value(.refusal(RedisError(refusal: String(buffer: slice))))
        case UInt8(ascii: "="):
            // Three letters for the format and a colon come before the text.
            guard slice.readableBytes >= 4,
                let text = slice.getSlice(at: slice.readerIndex + 4, length: slice.readableBytes - 4)
            else {
                throw RESPParser.broken("a verbatim text without its format")
            }
            return .value(.bulk(text))
        default: return .value(.bulk(slice))
        }
    }

    /// How many bytes stand before the next line end; nil until it has come.
    private mutating func lineEnd(_ buffer: ByteBuffer) throws(RedisError) -> Int? {
        let (from, most) = (scanned, limits.lineBytes)
        let (found, looked) = buffer.withUnsafeReadableBytes { bytes -> (Int?, Int) in
            var index = from
            while index + 1 < bytes.count, index <= most {
                if bytes[index] == 0x0D, bytes[index + 1] == 0x0A { return (index, 0) }
                index += 1
            }
            return (nil, index)
        }
        if let found { return found }
        guard looked <= most else { throw RESPParser.broken("a line of more than \(most) bytes") }
        scanned = looked
        return nil
    }

    private func number(_ buffer: ByteBuffer, _ start: Int, _ length: Int) throws(RedisError) -> Int64 {
        let number = buffer.withVeryUnsafeBytes { all -> Int64? in
            let bytes = UnsafeRawBufferPointer(rebasing: all[start..<start + length])
            guard var index = bytes.indices.first else { return nil }
            let isNegative = bytes[0] == UInt8(ascii: "-")
            if isNegative || bytes[0] == UInt8(ascii: "+") { index += 1 }
            guard index < bytes.count else { return nil }
            // Downwards, since the least has no counterpart.
            var value: Int64 = 0
            while index < bytes.count {
                let digit = Int64(bytes[index]) - 0x30
                guard (0...9).contains(digit) else { return nil }
                let (tens, isTooMuch) = value.multipliedReportingOverflow(by: 10)
                let (next, isTooLittle) = tens.subtractingReportingOverflow(digit)
                if isTooMuch || isTooLittle { return nil }
                value = next
                index += 1
            }
            if isNegative { return value }
            return value == .min ? nil : -value
        }
        guard let number else { throw RESPParser.broken("an integer that is none") }
        return number
    }

    private static func double(_ text: String) -> Double? {
        switch text {
        case "inf": .infinity
        case "-inf": -.infinity
        case "nan", "-nan": .nan
        default: text.utf8.allSatisfy { "+-.eE0123456789".utf8.contains($0) } ? Double(text) : nil
        }
    }

    private static func broken(_ what: String) -> RedisError {
        RedisError(.unreadable, "what came is no answer of Redis: \(what); check that host and port are Redis's")
    }
}
