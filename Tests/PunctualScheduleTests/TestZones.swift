import Foundation
import PunctualSchedule

/// The zones of the machine's tzdata package; a missing one fails the test that asks for it.
enum TestZones {
    static let catalog = ZoneCatalog { name in
        FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").map { [UInt8]($0) }
    }

    static func rules(_ name: String) throws -> ZoneRules { try catalog.rules(named: name) }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/\(name)")))
    }

    /// Zones with all the odd changes that the field knows.
    static let varied = [
        "UTC", "America/New_York", "Europe/Warsaw", "America/Santiago", "Australia/Sydney", "Australia/Lord_Howe",
        "Asia/Amman", "Africa/Cairo", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia", "Europe/Berlin",
        "Europe/London", "Europe/Dublin", "America/St_Johns", "America/Havana", "Asia/Tehran", "Asia/Gaza",
        "Asia/Kolkata", "Pacific/Chatham", "Antarctica/Troll", "America/Asuncion", "Asia/Beirut", "Atlantic/Azores",
        "America/Los_Angeles", "Pacific/Auckland",
    ]
}

extension ZoneRules {
    /// The changes of offset between two instants.
    func transitions(from: Timestamp, until: Timestamp) -> [Timestamp] {
        var result: [Timestamp] = []
        var last = from
        while let next = nextTransition(after: last), next < until {
            result.append(next)
            last = next
        }
        return result
    }
}

extension Timestamp {
    /// For tables: the instant of an RFC 3339 text that is known to be right.
    static func of(_ text: String) -> Timestamp { Timestamp(rfc3339: text) ?? .earliest }
}
