internal import Crypto
internal import PunctualCore

/// Failed executions of one job that failed in the same way.
struct DeadLetterGroup {
    /// The way, the same in every answer.
    let key: String
    /// The newest first; never empty.
    let executions: [Execution]

    /// The largest group first; of equal ones that with the newest execution.
    /// - Parameter executions: the newest first.
    static func groups(of executions: [Execution]) -> [DeadLetterGroup] {
        struct Way: Hashable {
            let job: Identifier
            let reason: ExecutionReason?
            let shape: String
        }
        var order: [Way] = []
        var rows: [Way: [Execution]] = [:]
        for execution in executions {
            let way = Way(
                job: execution.jobID, reason: execution.reason, shape: ErrorShape.shape(of: execution.error ?? ""))
            if rows[way] == nil { order.append(way) }
            rows[way, default: []].append(execution)
        }
        let groups = order.map { way in
            DeadLetterGroup(key: key(way.reason, way.shape), executions: rows[way] ?? [])
        }
        return groups.enumerated().sorted {
            ($1.element.executions.count, $0.offset) < ($0.element.executions.count, $1.offset)
        }.map(\.element)
    }

    private static func key(_ reason: ExecutionReason?, _ shape: String) -> String {
        let digest = SHA256.hash(data: Array("\(reason?.rawValue ?? "-")\n\(shape)".utf8))
        return digest.prefix(6).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// What errors that are told with other numbers have in common.
enum ErrorShape {
    /// Words whose number says what broke.
    private static let telling: Set<String> = ["status", "code", "exit", "signal", "errno", "http", "sqlstate"]

    /// The first line, with `#` for numbers and ids, but for those that say what broke: `status 503, expected #-#`.
    static func shape(of error: String) -> String {
        var shape = ""
        var word: [UInt8] = []
        var last = ""
        func close() {
            if word.isEmpty { return }
            let text = String(decoding: word, as: UTF8.self)
            let digits = word.count { (48...57).contains($0) }
            let isHexadecimal = word.allSatisfy { byte in
                (48...57).contains(byte) || (97...102).contains(byte | 32) || byte == UInt8(ascii: "-")
            }
            if digits == 0 || (digits == word.count && digits <= 5 && telling.contains(last)) {
                shape += text
            } else if isHexadecimal, word.count >= 8 {
                shape += "#"
            } else {
                var wasDigit = false
                for scalar in text.unicodeScalars {
                    let isDigit = ("0"..."9").contains(scalar)
                    if !isDigit { shape.unicodeScalars.append(scalar) } else if !wasDigit { shape += "#" }
                    wasDigit = isDigit
                }
            }
            last = text.lowercased()
            word = []
        }
        for byte in error.utf8.prefix(400) {
            if byte == 10 { break }
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), 128...: word.append(byte)
            default:
                close()
                shape.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        close()
        return shape
    }
}
