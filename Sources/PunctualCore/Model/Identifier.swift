internal import Crypto
public import PunctualSchedule

/// A 128-bit UUID, written in lower case.
public struct Identifier: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A time-ordered UUIDv7 (RFC 9562) from an instant and random bits that the caller draws.
    public init(at instant: Timestamp, random: (UInt64, UInt64)) {
        high = UInt64(bitPattern: instant.milliseconds) << 16 | 0x7000 | (random.0 & 0x0FFF)
        low = 0x8000_0000_0000_0000 | (random.1 & 0x3FFF_FFFF_FFFF_FFFF)
    }

    /// A new UUIDv7 with random bits of the system.
    public static func random(at instant: Timestamp) -> Identifier {
        Identifier(at: instant, random: (.random(in: .min ... .max), .random(in: .min ... .max)))
    }

    /// The identity of a job's execution at an instant: the same occurrence always has the same one.
    ///
    /// A UUIDv8 (RFC 9562): 48 bits of the instant in milliseconds, so that it sorts by time and a store can find its
    /// partition, then 74 bits of SHA-256 over job, instant and `nonce`. Occurrences of a schedule have nonce 0; an
    /// execution made by hand brings a random one, so that it never takes an occurrence's place.
    public static func execution(of job: Identifier, at instant: Timestamp, nonce: UInt64 = 0) -> Identifier {
        var hash = SHA256()
        withUnsafeBytes(of: (job.high.bigEndian, job.low.bigEndian)) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: (instant.milliseconds.bigEndian, nonce.bigEndian)) { hash.update(bufferPointer: $0) }
        let digest = hash.finalize()
        let (first, second) = digest.withUnsafeBytes {
            ($0.loadUnaligned(fromByteOffset: 0, as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        return Identifier(
            // Instants before 1970 count as 1970 here: ids sort as unsigned numbers.
            high: UInt64(clamping: instant.milliseconds) << 16 | 0x8000 | (first.bigEndian & 0x0FFF),
            low: 0x8000_0000_0000_0000 | (second.bigEndian & 0x3FFF_FFFF_FFFF_FFFF))
    }

    /// A well-mixed 64-bit number of this identity: seeds `H` in cron expressions, jitter, and the shard.
    public var hashKey: UInt64 { mix(high ^ mix(low)) }

    /// The virtual shard, 0 to 255.
    public var virtualShard: Int { Int(hashKey & 0xFF) }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): spreads any number evenly, the same on every platform.
func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
}

extension Identifier: CustomStringConvertible {
    /// 36 characters, `0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11`.
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            write(to: buffer)
            return 36
        }
    }

    /// Writes the 36 ASCII bytes of `description`; the buffer must hold at least 36.
    public func write(to buffer: UnsafeMutableBufferPointer<UInt8>) {
        var at = 0
        for (word, shift) in [(high, 32), (high, 16), (high, 0), (low, 48), (low, 0)] as [(UInt64, Int)] {
            if at > 0 {
                buffer[at] = 45
                at += 1
            }
            let digits = shift == 32 ? 8 : (word == low && at == 24 ? 12 : 4)
            for index in 0..<digits {
                let nibble = UInt8(truncatingIfNeeded: word >> UInt64(shift + (digits - 1 - index) * 4)) & 15
                buffer[at] = nibble < 10 ? 48 + nibble : 87 + nibble
                at += 1
            }
        }
    }

    /// Reads the 36-character form in either case; nil for anything else.
    public init?(_ text: some StringProtocol) {
        var (high, low): (UInt64, UInt64) = (0, 0)
        var (count, digits) = (0, 0)
        for byte in text.utf8 {
            if [8, 13, 18, 23].contains(count) {
                guard byte == 45 else { return nil }
            } else {
                let digit: UInt8
                switch byte {
                case 48...57: digit = byte - 48
                case 97...102: digit = byte - 87
                case 65...70: digit = byte - 55
                default: return nil
                }
                if digits < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
                digits += 1
            }
            count += 1
            guard count <= 36 else { return nil }
        }
        guard count == 36 else { return nil }
        self.init(high: high, low: low)
    }
}

extension Identifier: Comparable {
    public static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
