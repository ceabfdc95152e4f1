internal import Foundation
internal import Synchronization

/// Writes lines to a descriptor by a thread of its own: a reader that stands still, such as a collector's full pipe, must
/// not hold up those who have something to say. Lines for which there is no room are dropped, and the next one says how many.
package final class LogWriter: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var dropped = 0
        var isWriting = false
        var isClosed = false
    }

    private let descriptor: Int32
    private let room: Int
    private let complaint: @Sendable (Int) -> String
    private let state = Mutex(State())
    private let said = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - room: how many bytes may wait.
    ///   - complaint: the line that tells how many were dropped.
    package init(
        to descriptor: Int32, room: Int = 4 << 20, complaint: @escaping @Sendable (Int) -> String
    ) {
        self.descriptor = descriptor
        self.room = room
        self.complaint = complaint
        let thread = Thread { [self] in while writeNext() {} }
        thread.name = "log"
        thread.start()
    }

    /// Takes a line with its end, and never waits, unless it is closed.
    package func take(_ line: String) {
        let isNew: Bool? = state.withLock { state in
            // Behind what its reader does not take, a line would hold up the end of the process.
            if state.isClosed { return state.waiting.isEmpty && !state.isWriting ? nil : false }
            guard state.waiting.count + line.utf8.count <= room else {
                state.dropped += 1
                return false
            }
            let wasEmpty = state.waiting.isEmpty
            if state.dropped > 0 {
                state.waiting += complaint(state.dropped).utf8
                state.dropped = 0
            }
            state.waiting += line.utf8
            return wasEmpty
        }
        if let isNew {
            if isNew { said.signal() }
        } else {
            LogWriter.write(Array(line.utf8), to: descriptor)
        }
    }

    /// Lets go of the thread, once it has written what it took; lines are then written by whoever says them.
    package func close() {
        LogWriter.exiting.withLock { $0.removeAll { $0 === self } }
        state.withLock { $0.isClosed = true }
        said.signal()
    }

    /// Flushes it when the process exits, however it comes to that, unless it is closed by then.
    package func flushAtExit() {
        _ = LogWriter.watch
        LogWriter.exiting.withLock { $0.append(self) }
    }

    private static let exiting = Mutex<[LogWriter]>([])
    private static let watch: Void = {
        atexit { for writer in LogWriter.exiting.withLock({ $0 }) { writer.flush(within: .seconds(2)) } }
    }()

    /// Waits until all that was taken is written, at most that long, and holds its thread meanwhile. For the end of the process.
    package func flush(within limit: Duration) {
        let end = ContinuousClock.now.advanced(by: limit)
        while state.withLock({ !$0.waiting.isEmpty || $0.isWriting }), ContinuousClock.now < end { usleep(1000) }
    }

    /// - Returns: whether more may come.
    private func writeNext() -> Bool {
        said.wait()
        let (bytes, isLast) = state.withLock { state in
            defer { (state.waiting, state.isWriting) = ([], true) }
            return (state.waiting, state.isClosed)
        }
        LogWriter.write(bytes, to: descriptor)
        state.withLock { $0.isWriting = false }
        return !isLast
    }

    /// Writes all of it, however long that takes.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { return }  // There is nowhere to tell that a line could not be written.
                var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&place, 1, 1000)
            }
            bytes = bytes.dropFirst(max(0, count))
        }
    }
}
