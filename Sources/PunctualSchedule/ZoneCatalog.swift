import Synchronization

/// Zone rules by name, each read once through the caller's closure and then kept.
///
/// Safe to share between threads. Names are vetted before they reach the closure, so it may append them to a directory.
public final class ZoneCatalog: Sendable {
    /// The IANA database has about 600 names; what comes past this many is read anew each time.
    private static let mostKept = 1024

    private let load: @Sendable (String) -> [UInt8]?
    private let kept = Mutex<[String: ZoneRules]>([:])

    /// - Parameter load: the TZif bytes of a name such as `Europe/Berlin`, nil when there is no such zone. It may be
    ///   called twice for one name when two threads ask at once.
    public init(load: @escaping @Sendable (String) -> [UInt8]?) {
        self.load = load
    }

    /// The rules of an IANA name; `UTC` is known without reading.
    ///
    /// - Throws: `ZoneError.unknown` with a suggestion where a similar name exists, `ZoneError.malformed` when the bytes
    ///   are no TZif file.
    public func rules(named name: String) throws(ZoneError) -> ZoneRules {
        if name == "UTC" { return .utc }
        guard ZoneCatalog.isName(name) else {
            throw .unknown(name: ZoneCatalog.cut(name), suggestion: suggestion(for: name))
        }
        if let rules = kept.withLock({ $0[name] }) { return rules }
        guard let bytes = load(name) else { throw .unknown(name: name, suggestion: suggestion(for: name)) }
        let rules = try ZoneRules(name: name, tzif: bytes)
        kept.withLock { if $0.count < ZoneCatalog.mostKept { $0[name] = rules } }
        return rules
    }

    /// Letters, digits, `_`, `+`, `-` and single inner `/`, at most 64 bytes: never a path out of a directory.
    private static func isName(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count) else { return false }
        var previous = UInt8(ascii: "/")
        for byte in name.utf8 {
            let isSlash = byte == UInt8(ascii: "/")
            let isLetter = (byte | 32) >= 97 && (byte | 32) <= 122
            let isOther = (byte >= 48 && byte <= 57) || byte == 95 || byte == 43 || byte == 45
            guard isLetter || isOther || (isSlash && previous != byte) else { return false }
            previous = byte
        }
        return previous != UInt8(ascii: "/")
    }

    /// Error texts repeat at most this much of what was asked for.
    private static func cut(_ name: String) -> String {
        name.unicodeScalars.count > 64 ? String(name.unicodeScalars.prefix(64)) + "…" : name
    }

    /// A zone that exists and that the name may have meant: other case, a blank for `_`, the city alone, a common
    /// abbreviation.
    private func suggestion(for name: String) -> String? {
        guard (1...64).contains(name.utf8.count) else { return nil }
        let plain = name.split(separator: " ").joined(separator: "_")
        let parts = plain.split(separator: "/").map { ZoneCatalog.capitalized(String($0)) }
        var candidates = [parts.joined(separator: "/"), plain.uppercased()]
        if let known = ZoneCatalog.abbreviations[plain.uppercased()] { candidates.append(known) }
        if let city = parts.last {
            for area in ["Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian"] {
                candidates.append("\(area)/\(city)")
            }
        }
        return candidates.first { candidate in
            candidate != name && ZoneCatalog.isName(candidate) && (candidate == "UTC" || load(candidate) != nil)
        }
    }

    private static func capitalized(_ part: String) -> String {
        part.split(separator: "_", omittingEmptySubsequences: false).map { word in
            let lower = word.lowercased()
            return ["of", "es"].contains(lower) ? lower : lower.prefix(1).uppercased() + lower.dropFirst()
        }.joined(separator: "_")
    }

    private static let abbreviations = [
        "EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago", "MDT": "America/Denver",
        "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "BST": "Europe/London", "CEST": "Europe/Berlin",
        "EEST": "Europe/Helsinki", "JST": "Asia/Tokyo", "IST": "Asia/Kolkata", "AEST": "Australia/Sydney",
        "UTC+0": "UTC", "Z": "UTC", "ZULU": "UTC",
    ]
}
