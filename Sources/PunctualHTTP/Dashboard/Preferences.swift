internal import HTTPTypes
internal import Hummingbird
internal import PunctualCore
internal import PunctualSchedule

/// How somebody wants the dashboard, from his cookies: the server knows before it renders, so nothing flashes.
struct Preferences: Sendable {
    enum Theme: String, CaseIterable {
        case system, light, dark
    }

    let theme: Theme
    /// Whose clock times are shown by; UTC unless another was chosen.
    let zone: ZoneRules

    static let themeCookie = "punctual_theme"
    static let zoneCookie = "punctual_zone"

    init(of request: Request, zones: ZoneCatalog) {
        theme = (request.cookies[Self.themeCookie]?.value).flatMap { Theme(rawValue: $0) } ?? .system
        let name = (request.cookies[Self.zoneCookie]?.value).flatMap { FormFields.parsed("z=\($0)".utf8)?.first?.value }
        // A zone that is gone, or never was one, is as good as none.
        zone = name.flatMap { try? zones.rules(named: $0) } ?? .utc  // The page is shown all the same.
    }

    /// Keeps a choice for a year; nothing of it is secret.
    static func cookie(_ name: String, _ value: String, isSecure: Bool) -> String {
        "\(name)=\(FormFields.encoded(value)); Path=/; Max-Age=31536000; SameSite=Lax\(isSecure ? "; Secure" : "")"
    }
}

/// One sentence for the next page, which shows it once.
struct Flash: Sendable {
    enum Kind: String { case good, bad }

    let kind: Kind
    let text: String

    static let cookie = "punctual_flash"

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    init?(of request: Request) {
        guard let value = request.cookies[Self.cookie]?.value,
            let text = FormFields.parsed("f=\(value)".utf8)?.first?.value,
            let colon = text.firstIndex(of: ":"), let kind = Kind(rawValue: String(text[..<colon]))
        else { return nil }
        self.init(kind, String(text[text.index(after: colon)...]))
    }

    func field(isSecure: Bool) -> String {
        // Cookies hold 4 KB; percent signs make up to nine bytes of a character.
        let value = FormFields.encoded("\(kind.rawValue):\(String(text.prefix(300)))")
        return "\(Self.cookie)=\(value); Path=/; Max-Age=60; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
    }

    static func gone(isSecure: Bool) -> String {
        "\(cookie)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
    }
}
