/// The offsets of one time zone over all time, read once from TZif bytes into a value.
///
/// Years past the file's table follow its POSIX footer. Two values are equal when their names are: within one process
/// a name means one set of rules.
public struct ZoneRules: Sendable {
    /// The IANA name that the rules were loaded under.
    public let name: String
    let table: ZoneTable

    /// Universal time, which needs no file.
    public static let utc = ZoneRules(name: "UTC", table: ZoneTable(initialOffset: 0, transitions: [], footer: nil))

    init(name: String, table: ZoneTable) {
        self.name = name
        self.table = table
    }

    /// Reads TZif version 2 or later (RFC 9636).
    ///
    /// - Throws: `ZoneError.malformed` for anything else, also for files that count leap seconds.
    public init(name: String, tzif bytes: [UInt8]) throws(ZoneError) {
        do throws(TZifFault) {
            var reader = TZifReader(bytes: bytes)
            self.init(name: name, table: try reader.table())
        } catch {
            throw .malformed(name: name, reason: error.reason)
        }
    }

    /// Seconds east of UTC at the instant.
    public func offset(at instant: Timestamp) -> Int {
        table.segment(at: instant.seconds).offset
    }

    /// What a clock on the wall shows at the instant, to the second.
    public func local(at instant: Timestamp) -> LocalDateTime {
        let seconds = instant.seconds
        return LocalDateTime(secondsSinceEpoch: seconds + Int64(table.segment(at: seconds).offset))
    }

    /// The first instant after the given one from which another offset is valid; nil when none will come.
    public func nextTransition(after instant: Timestamp) -> Timestamp? {
        let until = table.segment(at: instant.seconds).until
        return until >= Timestamp.latest.seconds ? nil : Timestamp(seconds: until)
    }

    /// The last instant before the given one at which the offset changed; nil when there was none.
    public func previousTransition(before instant: Timestamp) -> Timestamp? {
        guard instant > .earliest else { return nil }
        let from = table.segment(at: Timestamp(milliseconds: instant.milliseconds - 1).seconds).from
        return from <= Timestamp.earliest.seconds ? nil : Timestamp(seconds: from)
    }

    /// The instant or instants at which a clock shows the wall time, or the gap that swallows it.
    ///
    /// Should three readings exist (no zone has had that), the first two are told.
    public func resolve(_ local: LocalDateTime) -> LocalResolution {
        let wall = local.secondsSinceEpoch
        var segment = table.segment(at: wall - ZoneTable.widestOffset)
        var first: Int64?
        while true {
            let instant = wall - Int64(segment.offset)
            if instant >= segment.from, instant < segment.until {
                if let first { return .overlap(first: Timestamp(seconds: first), second: Timestamp(seconds: instant)) }
                first = instant
            } else if first == nil, instant < segment.from {
                return .gap(
                    before: segment.previousOffset, after: segment.offset, transition: Timestamp(seconds: segment.from))
            }
            if segment.until > wall + ZoneTable.widestOffset { break }
            segment = table.segment(at: segment.until)
        }
        return .unique(Timestamp(seconds: first ?? wall - Int64(segment.offset)))
    }
}

extension ZoneRules: Hashable {
    public static func == (left: ZoneRules, right: ZoneRules) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
