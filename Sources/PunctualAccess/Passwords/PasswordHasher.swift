internal import CArgon2
internal import Dispatch
internal import Synchronization

/// Hashes and checks passwords with Argon2id (RFC 9106), one at a time on a thread of its own.
///
/// Each hash takes 19 MiB and some twenty milliseconds of a core. One thread bounds both, whoever asks; a caller who finds too
/// many before it is turned away.
package final class PasswordHasher: Sendable {
    private let parameters: PasswordParameters
    private let mostWaiting: Int
    private let waiting = Mutex(0)
    /// A serial queue: blocking work never runs on the cooperative pool.
    private let queue = DispatchQueue(label: "punctual.passwords")
    /// Checked in place of an unknown user's hash, so that the time does not tell who there is.
    private let decoy: PasswordRecord

    /// - Parameter mostWaiting: how many callers may wait for the thread.
    package init(_ parameters: PasswordParameters = .standard, mostWaiting: Int = 64) {
        self.parameters = parameters
        self.mostWaiting = mostWaiting
        decoy = PasswordRecord(
            parameters: parameters, salt: [UInt8](repeating: 0x5A, count: 16), hash: [UInt8](repeating: 0, count: 32))
    }

    /// Why there is no answer.
    package enum Failure: Error, Hashable, Sendable {
        /// Too many wait already; the answer is 503 with `Retry-After`.
        case busy
        /// The memory could not be had.
        case outOfMemory
    }

    /// What a check showed.
    package enum Verdict: Hashable, Sendable {
        case wrong
        case right
        /// Right, and made with other parameters than today's: store this hash in its place.
        case rightButOutdated(newHash: String)
    }

    /// The PHC string of a new password, its salt drawn from `generator`.
    package func hash(
        _ password: Password, using generator: inout some RandomNumberGenerator
    ) async throws(Failure) -> String {
        let salt = randomBytes(16, using: &generator)
        return try await work { [parameters] () throws(Failure) in
            PasswordRecord(
                parameters: parameters, salt: salt,
                hash: try Self.argon2id(password, parameters, salt: salt, length: 32)
            ).text
        }
    }

    /// Whether the password is the one that was hashed; for no or an unreadable hash it takes as long and is wrong.
    package func check(
        _ password: Password, against stored: String?, using generator: inout some RandomNumberGenerator
    ) async throws(Failure) -> Verdict {
        let known = stored.flatMap { PasswordRecord($0) }
        let record = known ?? decoy
        let verdict = try await work { () throws(Failure) in
            let hash = try Self.argon2id(password, record.parameters, salt: record.salt, length: record.hash.count)
            return areEqual(hash, record.hash) && known != nil
        }
        guard verdict else { return .wrong }
        if record.parameters == parameters { return .right }
        do throws(Failure) {
            return .rightButOutdated(newHash: try await hash(password, using: &generator))
        } catch {
            // The password is right all the same; its hash is made anew at another sign-in.
            return .right
        }
    }

    /// Runs the work on the thread; throws at once when too many wait.
    private func work<Value: Sendable>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let mayWait = waiting.withLock { count in
            guard count < mostWaiting else { return false }
            count += 1
            return true
        }
        guard mayWait else { throw .busy }
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            queue.async {
                let result = Result { () throws(Failure) in try body() }
                self.waiting.withLock { $0 -= 1 }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    private static func argon2id(
        _ password: Password, _ parameters: PasswordParameters, salt: [UInt8], length: Int
    ) throws(Failure) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: length)
        let bytes = password.bytes
        let code = argon2id_hash_raw(
            parameters.passes, parameters.memoryKibibytes, parameters.lanes, bytes, bytes.count, salt, salt.count,
            &hash, length)
        // Every other fault is one of parameters, which `PasswordRecord` and `init` leave no room for.
        guard code == ARGON2_OK.rawValue else { throw .outOfMemory }
        return hash
    }
}
