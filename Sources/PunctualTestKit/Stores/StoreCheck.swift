public import PunctualCore
internal import PunctualSchedule

/// One sentence that holds for every store, and how to see that it does.
public struct StoreCheck: Sendable, CustomStringConvertible {
    /// The sentence.
    public let name: String
    /// Runs the check on an empty store whose clock is the one given; throws `CheckFailure` when the sentence does not hold.
    public let run: @Sendable (any Store, ManualClock) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (StoreScene) async throws -> Void) {
        self.name = name
        run = { store, clock in try await body(StoreScene(store: store, clock: clock)) }
    }

    public var description: String { name }

    /// Every check, by topic.
    public static let all: [StoreCheck] =
        jobs + quotas + queries + visibility + ticks + overlaps + claims + namedClaims + shares + limits + fencing
        + endings
        + upkeep
        + keys + races + output
}

/// What a check saw instead of what must be.
public struct CheckFailure: Error, CustomStringConvertible {
    /// What was seen and where it was looked for.
    public let description: String
}

/// Fails the check unless the condition holds.
func expect(
    _ condition: Bool, _ note: @autoclosure () -> String = "does not hold", file: StaticString = #fileID,
    line: Int = #line
) throws {
    guard condition else { throw CheckFailure(description: "\(file):\(line): \(note())") }
}

/// Fails the check unless both are the same.
func same<Value: Equatable>(
    _ seen: Value, _ wanted: Value, file: StaticString = #fileID, line: Int = #line
) throws {
    try expect(seen == wanted, "saw \(seen), wanted \(wanted)", file: file, line: line)
}

/// The value; fails the check when it is nil.
func required<Value>(_ value: Value?, file: StaticString = #fileID, line: Int = #line) throws -> Value {
    guard let value else { throw CheckFailure(description: "\(file):\(line): is nil") }
    return value
}

/// Fails the check unless the call fails with exactly this error.
func refuses<Value>(
    with wanted: StoreError, file: StaticString = #fileID, line: Int = #line, _ call: () async throws -> Value
) async throws {
    do {
        _ = try await call()
    } catch let error as StoreError {
        return try same(error, wanted, file: file, line: line)
    }
    throw CheckFailure(description: "\(file):\(line): went well, wanted \(wanted)")
}

/// Fails the check unless the call fails with a conflict, whatever its words.
func conflicts<Value>(
    file: StaticString = #fileID, line: Int = #line, _ call: () async throws -> Value
) async throws {
    do {
        _ = try await call()
    } catch StoreError.conflict {
        return
    }
    throw CheckFailure(description: "\(file):\(line): went well, wanted a conflict")
}
