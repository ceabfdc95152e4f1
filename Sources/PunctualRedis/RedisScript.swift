internal import Synchronization

/// A Lua script, which the server knows by its hash after the first time.
package struct RedisScript: Sendable {
    package let source: String
    /// SHA-1 of the source, as hex digits.
    package let digest: String

    package init(_ source: String) {
        self.source = source
        digest = SHA1.hex(of: Array(source.utf8))
    }
}

extension Redis {
    /// Runs the script in one round trip; a server that does not know it yet is sent its source.
    /// - Parameters:
    ///   - keys: in a cluster all of one slot.
    ///   - isRead: whether it changes nothing.
    package func run(
        _ script: RedisScript, keys: [String], _ arguments: [RedisCommand.Argument] = [], isRead: Bool = false,
        within limit: Duration? = nil
    ) async throws(RedisError) -> RedisValue {
        let tail = [.integer(keys.count)] + keys.map(RedisCommand.Argument.key) + arguments
        let began = ContinuousClock.now
        do throws(RedisError) {
            return try await send(RedisCommand("EVALSHA", [.text(script.digest)] + tail, isRead: isRead), within: limit)
        } catch {
            guard error.code == "NOSCRIPT" else { throw error }
            let rest = (limit ?? settings.callLimit) - began.duration(to: .now)
            return try await send(
                RedisCommand("EVAL", [.text(script.source)] + tail, isRead: isRead), within: max(rest, .milliseconds(1))
            )
        }
    }
}

/// SHA-1 of RFC 3174, which Redis names scripts by; for nothing that must be safe.
enum SHA1 {
    static func hex(of message: [UInt8]) -> String {
        var bytes = message + [0x80]
        while bytes.count % 64 != 56 { bytes.append(0) }
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: (message.count * 8) >> shift))
        }
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        for start in stride(from: 0, to: bytes.count, by: 64) {
            var words = (0..<16).map { index in
                (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[start + index * 4 + $1]) }
            }
            for index in 16..<80 {
                let mixed = words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]
                words.append(mixed << 1 | mixed >> 31)
            }
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
            for (index, word) in words.enumerated() {
                let (mix, constant): (UInt32, UInt32) =
                    switch index / 20 {
                    case 0: ((b & c) | (~b & d), 0x5A82_7999)
                    case 1: (b ^ c ^ d, 0x6ED9_EBA1)
                    case 2: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                    default: (b ^ c ^ d, 0xCA62_C1D6)
                    }
                let next = (a << 5 | a >> 27) &+ mix &+ e &+ constant &+ word
                (e, d, c, b, a) = (d, c, b << 30 | b >> 2, a, next)
            }
            for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
        }
        let digits = Array("0123456789abcdef")
        return String(
            state.flatMap { word in
                stride(from: 28, through: 0, by: -4).map { digits[Int(word >> UInt32($0) & 15)] }
            })
    }
}
