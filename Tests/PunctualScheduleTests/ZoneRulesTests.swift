import PunctualSchedule
import Testing

@Suite("zone rules")
struct ZoneRulesTests {
    @Test("gaps, overlaps and plain times are told apart")
    func resolution() throws {
        let berlin = try TestZones.rules("Europe/Berlin")
        let plain = try #require(LocalDateTime(iso8601: "2026-06-01T12:00:00"))
        let swallowed = try #require(LocalDateTime(iso8601: "2026-03-29T02:30:00"))
        let twice = try #require(LocalDateTime(iso8601: "2026-10-25T02:30:00"))
        #expect(berlin.resolve(plain) == .unique(.of("2026-06-01T10:00:00Z")))
        #expect(
            berlin.resolve(swallowed) == .gap(before: 3600, after: 7200, transition: .of("2026-03-29T01:00:00Z")))
        #expect(
            berlin.resolve(twice)
                == .overlap(first: .of("2026-10-25T00:30:00Z"), second: .of("2026-10-25T01:30:00Z")))
    }

    @Test("the footer carries on past the table", arguments: [2050, 2100, 2101, 2399, 9998])
    func footer(year: Int) throws {
        let berlin = try TestZones.rules("Europe/Berlin")
        let summer = try #require(LocalDateTime(year: year, month: 7, day: 1))
        let winter = try #require(LocalDateTime(year: year, month: 1, day: 1))
        #expect(berlin.offset(at: Timestamp(seconds: summer.secondsSinceEpoch)) == 7200)
        #expect(berlin.offset(at: Timestamp(seconds: winter.secondsSinceEpoch)) == 3600)
    }

    @Test("each change leads to the next and back", arguments: TestZones.varied)
    func changes(name: String) throws {
        let zone = try TestZones.rules(name)
        let all = zone.transitions(from: .of("1900-01-01T00:00:00Z"), until: .of("2150-01-01T00:00:00Z"))
        for (earlier, later) in zip(all, all.dropFirst()) {
            #expect(zone.previousTransition(before: later) == earlier)
            let before = zone.offset(at: Timestamp(milliseconds: later.milliseconds - 1))
            #expect(before != zone.offset(at: later))
        }
        #expect(all == all.sorted())
    }

    @Test("a file cut short anywhere, or with bytes changed, is refused or read, never more")
    func hostile() throws {
        let whole = try TestZones.bytes("America/New_York")
        for length in 0..<whole.count {
            #expect(throws: ZoneError.self) { try ZoneRules(name: "cut", tzif: Array(whole[..<length])) }
        }
        let seed: UInt64 = 0x5EED_0001
        var generator = SeededGenerator(seed: seed)
        var read = 0
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0..<3 {
                let place =
                    generator.chance(50)
                    ? Int.random(in: (whole.count - 40)..<whole.count, using: &generator)
                    : Int.random(in: 0..<whole.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let zone = try? ZoneRules(name: "changed", tzif: bytes) else { continue }  // refusing is fine
            read += 1
            var last = Timestamp.earliest
            for _ in 0..<400 { if let next = zone.nextTransition(after: last) { last = next } }
            _ = zone.resolve(zone.local(at: last))
        }
        #expect(read > 0, "seed \(seed)")
    }

    @Test(
        "names that could leave the directory never reach the loader",
        arguments: ["", "../etc/passwd", "/etc/passwd", "Europe//Berlin", "Europe/", "a\0b", "é", "Europe/Ber lin"])
    func odd(name: String) {
        let catalog = ZoneCatalog { asked in
            #expect(!asked.contains("..") && !asked.hasPrefix("/"))
            return nil
        }
        #expect(throws: ZoneError.self) { try catalog.rules(named: name) }
    }

    @Test("an unknown name gets a suggestion")
    func suggestion() {
        #expect(throws: ZoneError.unknown(name: "europe/berlin", suggestion: "Europe/Berlin")) {
            try TestZones.catalog.rules(named: "europe/berlin")
        }
        #expect(throws: ZoneError.unknown(name: "Berlin", suggestion: "Europe/Berlin")) {
            try TestZones.catalog.rules(named: "Berlin")
        }
    }
}
