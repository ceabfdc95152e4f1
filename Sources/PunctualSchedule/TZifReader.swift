/// Why bytes are no usable TZif file.
struct TZifFault: Error {
    let reason: String
}

/// Reads TZif version 2 and later (RFC 9636) into a zone's table; safe on hostile bytes.
///
/// The 32-bit block of the file is passed over, abbreviations and the two indicator lists are not kept.
struct TZifReader {
    private let bytes: [UInt8]
    private var position = 0

    /// No real file comes near it; it bounds the memory that a hostile one can ask for.
    private static let mostTransitions = 20_000

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private struct Header {
        var version: UInt8
        var indicatorsUTC, indicatorsStandard, leapSeconds, transitions, types, characters: Int

        /// Bytes after the header when a time takes that many bytes.
        func bodySize(timeSize: Int) -> Int {
            transitions * (timeSize + 1) + types * 6 + characters + leapSeconds * (timeSize + 4) + indicatorsStandard
                + indicatorsUTC
        }
    }

    /// The whole file as a table.
    /// - Throws: `TZifFault` for a file that is cut short, of version 1, inconsistent, or counts leap seconds.
    mutating func table() throws(TZifFault) -> ZoneTable {
        let first = try header()
        guard first.version >= UInt8(ascii: "2") else { throw TZifFault(reason: "TZif version 1 is too old") }
        try skip(first.bodySize(timeSize: 4))
        let header = try header()
        guard header.leapSeconds == 0 else { throw TZifFault(reason: "it counts leap seconds") }
        guard header.types > 0 else { throw TZifFault(reason: "it has no local time type") }
        guard header.transitions <= TZifReader.mostTransitions else {
            throw TZifFault(reason: "it has more than \(TZifReader.mostTransitions) transitions")
        }
        guard bytes.count - position >= header.bodySize(timeSize: 8) else { throw TZifReader.cutShort }

        var times: [Int64] = []
        times.reserveCapacity(header.transitions)
        for _ in 0..<header.transitions {
            let time = Int64(bitPattern: try bigEndian(8))
            if let last = times.last, time <= last { throw TZifFault(reason: "its transitions are out of order") }
            times.append(time)
        }
        let typeIndexes = bytes[position..<(position + header.transitions)]
        try skip(header.transitions)
        var offsets: [Int] = []
        for _ in 0..<header.types {
            let offset = Int(Int32(truncatingIfNeeded: try bigEndian(4)))
            guard abs(offset) < Int(ZoneTable.widestOffset) else {
                throw TZifFault(reason: "it has an offset of \(offset) seconds")
            }
            offsets.append(offset)
            try skip(2)
        }
        try skip(header.characters + header.indicatorsStandard + header.indicatorsUTC)

        var initialOffset = offsets[0]
        var transitions: [ZoneTable.Transition] = []
        for (time, type) in zip(times, typeIndexes) {
            guard Int(type) < offsets.count else { throw TZifFault(reason: "a transition names no local time type") }
            let offset = offsets[Int(type)]
            if time < Timestamp.earliest.seconds {
                initialOffset = offset
            } else if time <= Timestamp.latest.seconds {
                transitions.append(ZoneTable.Transition(at: time, offset: offset))
            }
        }
        return ZoneTable(initialOffset: initialOffset, transitions: transitions, footer: try footer())
    }

    private static let cutShort = TZifFault(reason: "it is cut short")

    private mutating func header() throws(TZifFault) -> Header {
        guard bytes.count - position >= 44 else { throw TZifReader.cutShort }
        guard bytes[position..<(position + 4)].elementsEqual("TZif".utf8) else {
            throw TZifFault(reason: "it is no TZif file")
        }
        let version = bytes[position + 4]
        position += 20
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try bigEndian(4))) }
        return Header(
            version: version, indicatorsUTC: counts[0], indicatorsStandard: counts[1], leapSeconds: counts[2],
            transitions: counts[3], types: counts[4], characters: counts[5])
    }

    /// The text between the last two line feeds; nil when it is empty, which leaves the last offset valid for ever.
    private mutating func footer() throws(TZifFault) -> PosixZoneRule? {
        guard position < bytes.count, bytes[position] == 10 else { throw TZifReader.cutShort }
        let rest = bytes[(position + 1)...]
        guard let end = rest.firstIndex(of: 10) else { throw TZifReader.cutShort }
        let text = rest[..<end]
        if text.isEmpty { return nil }
        guard text.count <= 256, let rule = PosixZoneRule(text: text) else {
            throw TZifFault(reason: "its footer is no POSIX TZ string")
        }
        return rule
    }

    private mutating func skip(_ count: Int) throws(TZifFault) {
        guard count <= bytes.count - position else { throw TZifReader.cutShort }
        position += count
    }

    private mutating func bigEndian(_ count: Int) throws(TZifFault) -> UInt64 {
        guard count <= bytes.count - position else { throw TZifReader.cutShort }
        var value: UInt64 = 0
        for byte in bytes[position..<(position + count)] { value = value << 8 | UInt64(byte) }
        position += count
        return value
    }
}
