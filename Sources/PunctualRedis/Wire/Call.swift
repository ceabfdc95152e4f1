internal import NIOCore
internal import Synchronization

/// A call under way: what it waits for, and who waits. It ends once, whoever is first: answer, limit, loss,
/// cancellation.
final class Call: Sendable {
    typealias Outcome = Result<[RedisValue], RedisError>

    /// How many commands, and so how many answers.
    let count: Int
    let deadline: NIODeadline
    /// Its first word, for messages.
    let name: StaticString

    private enum State {
        case new
        case waiting(Waiter)
        case over
    }

    private enum Waiter {
        case one(CheckedContinuation<Result<RedisValue, RedisError>, Never>)
        case all(CheckedContinuation<Outcome, Never>)
    }

    private let state = Mutex(State.new)

    init(_ name: StaticString, count: Int, deadline: NIODeadline) {
        self.name = name
        self.count = count
        self.deadline = deadline
    }

    /// - Returns: false when the call is over already; the continuation has been resumed then.
    func begin(_ continuation: CheckedContinuation<Result<RedisValue, RedisError>, Never>) -> Bool {
        if begin(.one(continuation)) { return true }
        continuation.resume(returning: .failure(.cancelled))
        return false
    }

    /// As above, for a call with several answers.
    func begin(all continuation: CheckedContinuation<Outcome, Never>) -> Bool {
        if begin(.all(continuation)) { return true }
        continuation.resume(returning: .failure(.cancelled))
        return false
    }

    private func begin(_ waiter: Waiter) -> Bool {
        state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(waiter)
            return true
        }
    }

    private func end() -> Waiter? {
        state.withLock { state in
            defer { state = .over }
            if case .waiting(let waiter) = state { return waiter }
            return nil
        }
    }

    var isOver: Bool {
        state.withLock { state in if case .over = state { true } else { false } }
    }

    func answer(_ value: RedisValue) {
        switch end() {
        case nil: break
        case .one(let continuation): Call.resume(continuation, value)
        case .all(let continuation): continuation.resume(returning: .success([value]))
        }
    }

    /// Who waits for one answer gets the last: what came before it was only to prepare.
    func answer(all values: [RedisValue]) {
        switch end() {
        case nil: break
        case .one(let continuation): Call.resume(continuation, values.last ?? .null)
        case .all(let continuation): continuation.resume(returning: .success(values))
        }
    }

    private static func resume(
        _ continuation: CheckedContinuation<Result<RedisValue, RedisError>, Never>, _ value: RedisValue
    ) {
        if case .refusal(let error) = value {
            continuation.resume(returning: .failure(error))
        } else {
            continuation.resume(returning: .success(value))
        }
    }

    func fail(_ error: RedisError) {
        switch end() {
        case nil: break
        case .one(let continuation): continuation.resume(returning: .failure(error))
        case .all(let continuation): continuation.resume(returning: .failure(error))
        }
    }
}
