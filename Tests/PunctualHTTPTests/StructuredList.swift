/// A strict reader of lists of structured fields (RFC 8941), for what `Cache-Status` may hold: tokens with parameters.
struct StructuredList {
    enum Item: Equatable {
        case token(String)
        case string(String)
        case integer(Int)
        case boolean(Bool)
    }

    struct Member: Equatable {
        let item: Item
        let parameters: [String: Item]
    }

    let members: [Member]

    /// nil for what the grammar does not allow.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        var members: [Member] = []
        while true {
            guard let member = Self.member(&rest) else { return nil }
            members.append(member)
            Self.skip(&rest, " \t")
            guard let next = rest.popFirst() else { break }
            guard next == UInt8(ascii: ",") else { return nil }
            Self.skip(&rest, " \t")
        }
        self.members = members
    }

    private static func skip(_ rest: inout ArraySlice<UInt8>, _ bytes: String) {
        while let next = rest.first, bytes.utf8.contains(next) { rest.removeFirst() }
    }

    private static func member(_ rest: inout ArraySlice<UInt8>) -> Member? {
        guard let item = item(&rest) else { return nil }
        var parameters: [String: Item] = [:]
        while rest.first == UInt8(ascii: ";") {
            rest.removeFirst()
            skip(&rest, " ")
            guard let first = rest.first, isLower(first) || first == UInt8(ascii: "*") else { return nil }
            let key = rest.prefix { isLower($0) || isDigit($0) || "_-.*".utf8.contains($0) }
            rest = rest.dropFirst(key.count)
            var value = Item.boolean(true)
            if rest.first == UInt8(ascii: "=") {
                rest.removeFirst()
                guard let found = self.item(&rest) else { return nil }
                value = found
            }
            // The grammar lets the last one win; nobody here should write two.
            guard parameters.updateValue(value, forKey: String(decoding: key, as: UTF8.self)) == nil else { return nil }
        }
        return Member(item: item, parameters: parameters)
    }

    private static func item(_ rest: inout ArraySlice<UInt8>) -> Item? {
        guard let first = rest.first else { return nil }
        if first == UInt8(ascii: "?") {
            defer { rest = rest.dropFirst(2) }
            return rest.dropFirst().first.flatMap { $0 == 48 ? .boolean(false) : $0 == 49 ? .boolean(true) : nil }
        }
        if isDigit(first) || first == UInt8(ascii: "-") {
            let text = rest.prefix { isDigit($0) || $0 == UInt8(ascii: "-") }
            rest = rest.dropFirst(text.count)
            guard text.count <= 16 else { return nil }
            return Int(String(decoding: text, as: UTF8.self)).map(Item.integer)
        }
        if first == UInt8(ascii: "\"") {
            rest.removeFirst()
            let text = rest.prefix { $0 != UInt8(ascii: "\"") && (0x20...0x7E).contains($0) && $0 != 0x5C }
            rest = rest.dropFirst(text.count)
            guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
            return .string(String(decoding: text, as: UTF8.self))
        }
        guard isLower(first | 0x20) || first == UInt8(ascii: "*") else { return nil }
        let text = rest.prefix { isLower($0 | 0x20) || isDigit($0) || "!#$%&'*+-.^_`|~:/".utf8.contains($0) }
        rest = rest.dropFirst(text.count)
        return .token(String(decoding: text, as: UTF8.self))
    }

    private static func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}

/// What RFC 9211 lets one cache say of itself.
struct ReadCacheStatus: Equatable {
    let isHit: Bool
    let forward: String?
    let isStored: Bool
    let isCollapsed: Bool
    let timeToLive: Int?
    let detail: String?

    /// nil for what is no such field of ours.
    init?(_ field: String?) {
        guard let field, let list = StructuredList(field), list.members.count == 1,
            list.members[0].item == .token("punctual")
        else { return nil }
        let parameters = list.members[0].parameters
        guard Set(parameters.keys).isSubset(of: ["hit", "fwd", "ttl", "stored", "collapsed", "detail"]) else {
            return nil
        }
        func isTrue(_ name: String) -> Bool? {
            guard let value = parameters[name] else { return false }
            return value == .boolean(true) ? true : nil
        }
        guard let isHit = isTrue("hit"), let isStored = isTrue("stored"), let isCollapsed = isTrue("collapsed") else {
            return nil
        }
        (self.isHit, self.isStored, self.isCollapsed) = (isHit, isStored, isCollapsed)
        if case .token(let word) = parameters["fwd"] { forward = word } else { forward = nil }
        if case .integer(let number) = parameters["ttl"] { timeToLive = number } else { timeToLive = nil }
        if case .token(let word) = parameters["detail"] { detail = word } else { detail = nil }
        guard (parameters["fwd"] == nil) == (forward == nil), (parameters["ttl"] == nil) == (timeToLive == nil),
            (parameters["detail"] == nil) == (detail == nil)
        else { return nil }
        // §2.2: either, and never both; what is stored or collapsed was forwarded.
        guard isHit != (forward != nil), forward != nil || (!isStored && !isCollapsed) else { return nil }
        let reasons = ["bypass", "method", "uri-miss", "vary-miss", "miss", "request", "stale", "partial"]
        if let forward, !reasons.contains(forward) { return nil }
    }
}
