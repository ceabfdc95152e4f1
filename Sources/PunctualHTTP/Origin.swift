internal import Crypto
internal import PunctualCore
internal import PunctualSchedule

/// When a request was made for the first time, and the random bits of what it makes.
///
/// The repetitions of a request with an `Idempotency-Key` share one, so each makes the same ids at the same instant and finds
/// what an earlier one did.
struct Origin: Sendable {
    let instant: Timestamp
    private let seed: SHA256Digest

    /// Of a request that nobody can repeat.
    init(at instant: Timestamp) {
        self.init(at: instant, seed: "\(Identifier.random(at: instant))\(Identifier.random(at: instant))")
    }

    /// - Parameter instant: when the key was first taken for this request.
    init(key: String, fingerprint: String, since instant: Timestamp) {
        // A key has no line feed, so no two pairs make one text.
        self.init(at: instant, seed: "\(key)\n\(fingerprint)")
    }

    private init(at instant: Timestamp, seed: String) {
        self.instant = instant
        self.seed = SHA256.hash(data: Array(seed.utf8))
    }

    /// The id of the job that the request names at `index`, from 0.
    func identifier(_ index: Int = 0) -> Identifier {
        Identifier(at: instant, random: bits(index))
    }

    /// Of the execution that the request makes by hand; never 0, which is the schedule's.
    var nonce: UInt64 { max(1, bits(0).0) }

    private func bits(_ index: Int) -> (UInt64, UInt64) {
        var hash = SHA256()
        seed.withUnsafeBytes { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: UInt64(index).bigEndian) { hash.update(bufferPointer: $0) }
        return hash.finalize().withUnsafeBytes {
            (
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
