/// Reads server-sent events, however their bytes are cut (WHATWG HTML §9.2.6).
struct EventParser {
    /// The most that one event may have, in bytes.
    static let limit = 16 << 20

    private var line: [UInt8] = []
    private var isAfterReturn = false
    private var isAtStart = true
    private var id: String?
    private var name = ""
    private var data: [UInt8] = []

    /// The events that these bytes complete.
    /// - Throws: `ClientError` when an event grows past `limit`.
    mutating func read(_ bytes: some Sequence<UInt8>) throws(ClientError) -> [ServerEvent] {
        var events: [ServerEvent] = []
        for byte in bytes {
            // CR LF is one line end.
            if byte == 0x0A, isAfterReturn {
                isAfterReturn = false
                continue
            }
            isAfterReturn = byte == 0x0D
            if byte == 0x0A || byte == 0x0D {
                if let event = endLine() { events.append(event) }
            } else {
                guard line.count + data.count < Self.limit else {
                    throw .unreachable("an event is larger than \(Self.limit) bytes")
                }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() -> ServerEvent? {
        defer {
            line.removeAll(keepingCapacity: true)
            isAtStart = false
        }
        var text = line[...]
        if isAtStart, text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        if text.isEmpty { return endEvent() }
        let field = text.prefix { $0 != UInt8(ascii: ":") }
        var value = text.dropFirst(field.count + 1)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: field, as: UTF8.self) {
        case "data":
            data += value
            data.append(0x0A)
        case "event": name = String(decoding: value, as: UTF8.self)
        case "id" where !value.contains(0): id = String(decoding: value, as: UTF8.self)
        // A comment, or a field of a later version.
        default: break
        }
        return nil
    }

    private mutating func endEvent() -> ServerEvent? {
        defer {
            name = ""
            data.removeAll(keepingCapacity: true)
        }
        if data.isEmpty { return nil }
        return ServerEvent(
            id: id, name: name.isEmpty ? "message" : name, data: String(decoding: data.dropLast(), as: UTF8.self))
    }
}
