internal import NIOCore

/// One command with its arguments.
package struct RedisCommand: Sendable {
    package let name: StaticString
    package let arguments: [Argument]
    /// Whether it changes nothing, so that it may be sent again when a connection was lost, and to a replica.
    package let isRead: Bool

    /// An argument; the first `key` says which server of a cluster is asked.
    package enum Argument: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        case key(String)
        case text(String)
        case bytes([UInt8])
        case integer(Int)

        package init(stringLiteral text: String) { self = .text(text) }
        package init(integerLiteral number: Int) { self = .integer(number) }
    }

    package init(_ name: StaticString, _ arguments: [Argument] = [], isRead: Bool = false) {
        self.name = name
        self.arguments = arguments
        self.isRead = isRead
    }

    package init(_ name: StaticString, _ arguments: Argument..., isRead: Bool = false) {
        self.init(name, arguments, isRead: isRead)
    }

    /// The key that decides which server of a cluster is asked; nil when any will do.
    var key: String? {
        for case .key(let key) in arguments { return key }
        return nil
    }

    /// Appends it as an array of bulk strings, the one form that servers take.
    func write(into buffer: inout ByteBuffer) {
        // All at once: a write for each part would cost more than what is written.
        let most = arguments.reduce(2 * RedisCommand.headMost + name.utf8CodeUnitCount) {
            $0 + RedisCommand.headMost + $1.mostBytes
        }
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: most) { space in
            var pen = Pen(space)
            pen.head(UInt8(ascii: "*"), arguments.count + 1)
            pen.head(UInt8(ascii: "$"), name.utf8CodeUnitCount)
            pen.bytes(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            pen.lineEnd()
            for argument in arguments {
                switch argument {
                case .key(let text), .text(let text): pen.text(text)
                case .bytes(let bytes): bytes.withUnsafeBytes { pen.bulk($0) }
                case .integer(let number): pen.text(String(number))
                }
            }
            return pen.count
        }
    }

    /// A sign, nineteen digits and a line end, and that of the bulk.
    private static let headMost = 24

    /// Writes into space that has been reckoned before.
    private struct Pen {
        private let space: UnsafeMutableRawBufferPointer
        private(set) var count = 0

        init(_ space: UnsafeMutableRawBufferPointer) { self.space = space }

        mutating func byte(_ byte: UInt8) {
            space[count] = byte
            count += 1
        }

        mutating func bytes(_ bytes: UnsafeRawBufferPointer) {
            guard let start = bytes.baseAddress else { return }
            UnsafeMutableRawBufferPointer(rebasing: space[count..<count + bytes.count])
                .copyMemory(from: UnsafeRawBufferPointer(start: start, count: bytes.count))
            count += bytes.count
        }

        mutating func lineEnd() {
            byte(0x0D)
            byte(0x0A)
        }

        /// The sign, the number in digits, and the end of the line.
        mutating func head(_ sign: UInt8, _ number: Int) {
            byte(sign)
            var (power, rest) = (1, number)
            while rest / power >= 10 { power *= 10 }
            while power > 0 {
                byte(UInt8(ascii: "0") + UInt8(rest / power))
                rest %= power
                power /= 10
            }
            lineEnd()
        }

        mutating func bulk(_ content: UnsafeRawBufferPointer) {
            head(UInt8(ascii: "$"), content.count)
            bytes(content)
            lineEnd()
        }

        mutating func text(_ text: String) {
            var text = text
            text.withUTF8 { bulk(UnsafeRawBufferPointer($0)) }
        }
    }
}

extension RedisCommand.Argument {
    /// Its bytes, or a few more.
    fileprivate var mostBytes: Int {
        switch self {
        case .key(let text), .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .integer: 20
        }
    }
}
