internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI

/// What a form sent (`application/x-www-form-urlencoded`), or a query: names may be there more than once.
struct FormFields: Sendable {
    let values: [(name: String, value: String)]

    init(_ values: [(name: String, value: String)] = []) { self.values = values }

    /// - Throws: `Problem` 400, 413 or 415.
    init(of request: inout Request) async throws {
        let body = try await request.wholeBody()
        request.body = RequestBody(buffer: body)
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        if body.readableBytes > 0, type != "application/x-www-form-urlencoded" {
            throw Problem(.unsupportedMediaType, "Forms are sent as application/x-www-form-urlencoded.")
        }
        guard let values = Self.parsed(body.readableBytesView) else {
            throw Problem(.badRequest, "The body is no form.")
        }
        self.values = values
    }

    /// The first value; nil for none and for an empty one.
    subscript(name: String) -> String? {
        values.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    func all(_ name: String) -> [String] { values.filter { $0.name == name }.map(\.value) }

    func has(_ name: String) -> Bool { values.contains { $0.name == name } }

    /// nil for what is no form: no UTF-8, a NUL, a percent sign without its digits.
    static func parsed(_ bytes: some Collection<UInt8>) -> [(name: String, value: String)]? {
        var values: [(name: String, value: String)] = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "="))
            guard let name = decoded(pair[..<(end ?? pair.endIndex)]),
                let value = decoded(end.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...])
            else { return nil }
            values.append((name, value))
        }
        return values
    }

    private static func decoded(_ bytes: some Collection<UInt8>) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var rest = bytes.makeIterator()
        func digit(_ byte: UInt8?) -> UInt8? {
            switch byte {
            case .some(let byte) where (48...57).contains(byte): byte - 48
            case .some(let byte) where (65...70).contains(byte): byte - 55
            case .some(let byte) where (97...102).contains(byte): byte - 87
            default: nil
            }
        }
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = digit(rest.next()), let low = digit(rest.next()) else { return nil }
                result.append(high << 4 | low)
            case 0: return nil
            default: result.append(byte)
            }
        }
        // Browsers send line ends as CR LF.
        let text = String(validating: result, as: UTF8.self)
        return result.contains(0) ? nil : text.map { $0.replacing("\r\n", with: "\n") }
    }

    /// Only the unreserved characters of RFC 3986 stay.
    static func encoded(_ text: String) -> String {
        var result: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: result.append(byte)
            default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
