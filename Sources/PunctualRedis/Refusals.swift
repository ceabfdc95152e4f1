internal import Synchronization

/// What the server refuses for reasons that somebody must see to, such as a right that is missing.
///
/// Who asked often does without (limits, copies), so nobody would hear of it. One command that is taken takes back what
/// was said of its kind, and of no other: a user may read and not write.
final class Refusals: Sendable {
    private let known = Mutex<[String: RedisError]>([:])
    /// Whether there are any; spares the lock where all is well.
    private let isAny = Atomic(false)

    /// What is refused now, and why; nil when nothing is.
    var first: (kind: String, error: RedisError)? {
        guard isAny.load(ordering: .relaxed) else { return nil }
        return known.withLock { known in
            known.min { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }

    /// - Parameter error: why the server refused the command; nil when it did not.
    func note(_ command: RedisCommand, _ error: RedisError?) { note(error) { Refusals.kind(of: command) } }

    /// As above, of what is no single command.
    func note(_ error: RedisError?, kind: () -> String) {
        if let error {
            guard error.isStanding else { return }
            known.withLock { known in
                known[kind()] = error
                isAny.store(true, ordering: .relaxed)
            }
        } else if isAny.load(ordering: .relaxed) {
            known.withLock { known in
                known[kind()] = nil
                if known.isEmpty { isAny.store(false, ordering: .relaxed) }
            }
        }
    }

    /// A script is a kind of its own, whether its source or its digest was sent.
    private static func kind(of command: RedisCommand) -> String {
        let name = "\(command.name)"
        guard name.hasPrefix("EVAL"), case .text(let text)? = command.arguments.first else { return name }
        return "EVALSHA " + (name == "EVAL" ? SHA1.hex(of: Array(text.utf8)) : text)
    }
}
