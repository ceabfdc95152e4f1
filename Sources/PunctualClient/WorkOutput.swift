internal import Foundation
internal import PunctualJSON
internal import Synchronization

extension Work {
    /// How much a line matters.
    public enum Level: String, Sendable, CaseIterable {
        case debug, info, warn, error
    }

    /// Adds a line to what the execution shows while it runs and later; at most 8 KiB of it are kept.
    ///
    /// It never waits: lines go to the server within a second, with the next heartbeat or the end at the latest. Of more than
    /// the server takes in time the oldest are left out, which the output tells then.
    public func log(_ text: String, level: Level = .info) { output.add(text, level) }

    /// Tells how far the work is; what was told last counts.
    /// - Parameters:
    ///   - percent: 0 to 100; nil when that is not known.
    ///   - message: at most 200 characters of it are kept.
    public func progress(_ percent: Double?, _ message: String? = nil) { output.tell(percent, message) }
}

/// What one attempt has said and the server has not taken yet.
final class WorkOutput: Sendable {
    /// What goes along with one call.
    struct Batch: Sendable {
        let from: Int
        let lines: [JSONValue]
        let progress: JSONValue?
        /// Tells a later progress from this one.
        fileprivate let turn: Int
        /// Of the lines as JSON.
        let bytes: Int

        /// The claim's members with what was said.
        func joined(to claim: JSONValue) -> JSONValue {
            var claim = claim
            if !lines.isEmpty {
                claim = claim.merging(["lines": .array(lines), "lines_from": .int(Int64(from))])
            }
            if let progress { claim = claim.merging(["progress": progress]) }
            return claim
        }
    }

    private struct State {
        var waiting: [(line: JSONValue, bytes: Int)] = []
        var bytes = 0
        /// The most lines that go along with one call; fewer where a call may have less.
        var room = WorkOutput.callLines
        /// How many lines came before those.
        var passed = 0
        var progress: JSONValue?
        var turn = 0
        /// Whether the server has said that it takes none.
        var isRefused = false

        mutating func pass(_ count: Int) {
            let count = min(max(0, count), waiting.count)
            bytes -= waiting.prefix(count).reduce(0) { $0 + $1.bytes }
            waiting.removeFirst(count)
            passed += count
        }
    }

    private let state = Mutex(State())
    private static let lineBytes = 8 * 1024
    private static let messageLength = 200
    /// The most that waits, and the most of one call, bytes of JSON.
    private static let (mostLines, mostBytes) = (2000, 1 << 20)
    private static let (callLines, callBytes) = (200, 128 * 1024)

    func add(_ text: String, _ level: Work.Level) {
        let text = WorkOutput.cut(text)
        let line: JSONValue = [
            "text": .string(text), "level": .string(level.rawValue),
            "at": .string(Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
        ]
        // With the comma behind it.
        let bytes = line.encodedCount + 1
        state.withLock { state in
            if state.isRefused { return }
            state.waiting.append((line, bytes))
            state.bytes += bytes
            if state.waiting.count > WorkOutput.mostLines || state.bytes > WorkOutput.mostBytes {
                state.pass(max(1, state.waiting.count / 4))
            }
        }
    }

    func tell(_ percent: Double?, _ message: String?) {
        let known = percent.flatMap { $0.isFinite ? min(100, max(0, $0)) : nil }
        let text = message.map {
            String(
                String.UnicodeScalarView($0.replacing("\0", with: " ").unicodeScalars.prefix(WorkOutput.messageLength)))
        }
        state.withLock { state in
            if state.isRefused { return }
            state.progress = [
                "percent": known.map(JSONValue.double) ?? .null, "message": text.map(JSONValue.string) ?? .null,
            ]
            state.turn += 1
        }
    }

    /// Whether there is something to send.
    var isWaiting: Bool { state.withLock { !$0.waiting.isEmpty || $0.progress != nil } }

    /// Whether more waits than goes along with one call.
    var isFull: Bool {
        state.withLock { $0.waiting.count > $0.room || $0.bytes > WorkOutput.callBytes }
    }

    /// What goes along with the next call; nil for nothing.
    func batch() -> Batch? {
        state.withLock { state in
            var bytes = 0
            let lines = state.waiting.prefix(state.room).prefix { waiting in
                bytes += waiting.bytes
                return bytes <= WorkOutput.callBytes
            }
            if lines.isEmpty, state.progress == nil { return nil }
            return Batch(
                from: state.passed + 1, lines: lines.map(\.line), progress: state.progress, turn: state.turn,
                bytes: lines.reduce(0) { $0 + $1.bytes })
        }
    }

    /// What goes along with the end: the newest, as much as one call takes.
    func lastBatch() -> Batch? {
        state.withLock { state in
            while state.waiting.count > state.room || state.bytes > WorkOutput.callBytes { state.pass(1) }
        }
        return batch()
    }

    /// The server has taken it.
    func took(_ batch: Batch) {
        state.withLock { state in
            state.pass(batch.from + batch.lines.count - 1 - state.passed)
            if state.turn == batch.turn { state.progress = nil }
        }
    }

    /// A call with nothing but it was too large: from now on less goes along, and what is too large alone is left out.
    func shrink(_ batch: Batch) {
        state.withLock { state in
            if batch.lines.count > 1 {
                state.room = batch.lines.count / 2
                return
            }
            state.pass(batch.from + batch.lines.count - 1 - state.passed)
            if state.turn == batch.turn { state.progress = nil }
        }
    }

    /// The server takes nothing of the kind: an older one does not know it.
    func refuse() {
        state.withLock { state in
            state.pass(state.waiting.count)
            (state.progress, state.isRefused) = (nil, true)
        }
    }

    /// Without NUL, and its beginning when it is longer than a line may be.
    private static func cut(_ text: String) -> String {
        let text = text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
        guard text.utf8.count > lineBytes else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: lineBytes)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}
