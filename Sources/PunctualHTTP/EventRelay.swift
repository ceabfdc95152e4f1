internal import Synchronization

/// Hands events from node to node, while anybody reads them at any node.
///
/// Events are hints; what is sure is that a reader is told when some are missing. Each node numbers what it sends, beats
/// while it has nothing to send, and says which part it left out; who hears a hole in the numbers, or nothing for a
/// while, puts a gap into its own log. While nobody reads nothing is sent, and nothing is made.
package final class EventRelay: Sendable {
    /// How messages come to the other nodes; losing some is seen.
    package struct Link: Sendable {
        /// Answers whether they went; the messages are to come in this order.
        let send: @Sendable ([String]) async -> Bool
        /// The most that one message may have, in bytes.
        let mostBytes: Int
        /// What is more than this is told as a gap.
        let bytesPerSecond: Int

        package init(mostBytes: Int, bytesPerSecond: Int, send: @escaping @Sendable ([String]) async -> Bool) {
            self.mostBytes = mostBytes
            self.bytesPerSecond = bytesPerSecond
            self.send = send
        }
    }

    typealias Instant = ContinuousClock.Instant

    static let step = Duration.milliseconds(100)
    static let beat = Duration.seconds(1)
    /// A node that was not heard for so long may have said what nobody heard.
    static let silence = Duration.seconds(5)
    /// For so long events are passed on after somebody has read, so that a reader may come back.
    static let lease = Duration.seconds(120)
    static let renewal = Duration.seconds(10)
    /// What happened so long before a node heard of the first reader is told, too.
    static let catchUp = Duration.seconds(2)
    /// An event that is larger is a gap.
    static let mostOfOne = 64 << 10

    /// What is known of another node that sends.
    fileprivate struct Peer {
        /// The last number heard; nil when the next one may be any.
        var number: Int?
        var heardAt: Instant
        /// Of an event whose end has not come yet.
        var part: [UInt8] = []
    }

    fileprivate struct State {
        /// Somebody reads, as far as is known, or has read until lately.
        var wantedUntil: Instant?
        /// When this node has told that it reads.
        var toldAt: Instant?
        /// The number in the log of the next event to be sent; nil while nobody wants any.
        var next: Int?
        /// The number of the next message.
        var number = 0
        var sentAt: Instant?
        /// Bytes that may be sent now.
        var room = 0.0
        var roomAt: Instant?
        /// Until then all is left out.
        var drownsUntil: Instant?
        var peers: [String: Peer] = [:]
        var isConnected = false

        func isWanted(at now: Instant) -> Bool { wantedUntil.map { now < $0 } ?? false }
    }

    private let log: EventLog
    private let link: Link
    private let keepsOthers: Bool
    private let now: @Sendable () -> Instant
    private let state = Mutex(State())
    private let (wakes, waking) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - keepsOthers: whether anybody may read at this node.
    ///   - now: the time, for tests another one.
    package init(
        log: EventLog, link: Link, keepsOthers: Bool = true,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.log = log
        self.link = link
        self.keepsOthers = keepsOthers
        self.now = now
        if keepsOthers { log.onReader { [weak self] in self?.readerCame() } }
    }

    /// Works until the task is cancelled; then tells the others that this node ends.
    package func run() async {
        var wakes = wakes.makeAsyncIterator()
        while !Task.isCancelled {
            await step()
            if state.withLock({ $0.next == nil }) {
                _ = await wakes.next()
            } else {
                try? await Task.sleep(for: EventRelay.step)  // Cancelled, the condition sees it.
            }
        }
        await Task { await self.end() }.value  // The task is cancelled already; awaited at once.
    }

    /// Sends what is new, if anybody wants it.
    func step() async {
        let now = now()
        let mustTell = state.withLock { state in
            guard log.hasReaders, state.toldAt.map({ now - $0 >= EventRelay.renewal }) ?? true else { return false }
            state.wantedUntil = now + EventRelay.lease
            return true
        }
        if mustTell, await link.send([EventFrame.want(log.epoch)]) { state.withLock { $0.toldAt = now } }
        let silent = state.withLock { $0.forgetSilent(at: now) }
        if silent { log.addGap() }
        let frames = state.withLock { state -> [EventFrame] in
            guard state.isWanted(at: now) else {
                state.next = nil
                return []
            }
            return self.frames(&state, now)
        }
        await send(frames, at: now)
    }

    private func send(_ frames: [EventFrame], at now: Instant) async {
        if frames.isEmpty { return }
        // What did not go leaves a hole in the numbers, and the others see it.
        _ = await link.send(frames.map(\.text))
        state.withLock { $0.sentAt = now }
    }

    private func end() async {
        await step()
        let last = state.withLock { state -> EventFrame? in
            guard state.next != nil else { return nil }
            state.number += 1
            return EventFrame(epoch: log.epoch, number: state.number - 1, mark: .end)
        }
        if let last { _ = await link.send([last.text]) }
    }

    /// What is to be sent now; moves on.
    private func frames(_ state: inout State, _ now: Instant) -> [EventFrame] {
        var isFirst = false
        if state.next == nil {
            state.next = log.number(since: now - EventRelay.catchUp)
            (state.number, state.drownsUntil, state.roomAt) = (0, nil, nil)
            isFirst = true
        }
        if let until = state.drownsUntil, now < until {
            state.next = log.next
            return []
        }
        let rate = Double(link.bytesPerSecond)
        state.room = min(rate, state.room + (state.roomAt.map { rate * ((now - $0) / .seconds(1)) } ?? rate))
        state.roomAt = now

        let found = state.unread(log)
        let isGap = found.isGap || state.drownsUntil != nil
        state.drownsUntil = nil
        if found.isShort {
            // What has been left out counts from now on, and is told when the time is up.
            state.drownsUntil = now + .seconds(1)
            state.next = log.next
        }
        let bodies = EventFrame.cut(found.lines, most: link.mostBytes - 128)
        var frames: [EventFrame] = []
        if isGap { frames.append(EventFrame(epoch: log.epoch, number: state.number, mark: .gap)) }
        for (body, isPart) in bodies {
            frames.append(
                EventFrame(
                    epoch: log.epoch, number: state.number + frames.count, mark: isPart ? .part : .whole, body: body))
        }
        let isDue = state.sentAt.map { now - $0 >= EventRelay.beat } ?? true
        if frames.isEmpty, isFirst || isDue {
            frames.append(EventFrame(epoch: log.epoch, number: state.number, mark: .whole))
        }
        state.number += frames.count
        return frames
    }

    // MARK: Hearing

    private func readerCame() {
        let now = now()
        let wasWanted = state.withLock { state in
            let wasWanted = state.isWanted(at: now)
            state.wantedUntil = now + EventRelay.lease
            if !wasWanted { (state.toldAt, state.peers) = (nil, [:]) }
            return wasWanted
        }
        // What others did while nobody read is not here.
        if !wasWanted { log.addGap(isBeginning: true) }
        waking.yield()
    }

    /// A message has come; called for one after the other.
    package func hear(_ text: String) {
        let now = now()
        if let epoch = EventFrame.wanting(text) {
            if epoch == log.epoch { return }
            let wasWanted = state.withLock { state in
                let wasWanted = state.isWanted(at: now)
                state.wantedUntil = now + EventRelay.lease
                if !wasWanted { state.peers = [:] }
                return wasWanted
            }
            if !wasWanted, keepsOthers { log.addGap(isBeginning: true) }
            waking.yield()
        } else if keepsOthers {
            guard let frame = EventFrame(text) else { return log.addGap() }
            if frame.epoch == log.epoch { return }
            let (isGap, body) = state.withLock { $0.take(frame, at: now) }
            guard let lines = EventFrame.lines(body) else { return log.addGap() }
            if isGap { log.addGap() }
            log.add(lines, of: frame.epoch)
        }
    }

    /// The link is there, for the first time or again: what was said before may have been missed.
    package func connected() {
        let now = now()
        let mustTell = state.withLock { state in
            for epoch in state.peers.keys {
                state.peers[epoch]?.number = nil
                state.peers[epoch]?.part = []
            }
            let isFirst = !state.isConnected
            state.isConnected = true
            state.toldAt = nil
            return isFirst || state.isWanted(at: now)
        }
        if mustTell, keepsOthers { log.addGap() }
        waking.yield()
    }
}

extension EventRelay.State {
    /// This node's own events that are to be sent; moves on behind them.
    /// - Returns: `isShort` when there was no room for more of them, `isGap` when some are no longer there or too large.
    fileprivate mutating func unread(_ log: EventLog) -> (lines: [[UInt8]], isShort: Bool, isGap: Bool) {
        var (lines, isGap): ([[UInt8]], Bool) = ([], false)
        while let number = next {
            guard case .events(let events) = log.read(from: number, limit: 256) else {
                (next, isGap) = (log.next, true)
                return (lines, false, isGap)
            }
            if events.isEmpty { break }
            for event in events where event.origin == nil && event.facts != nil {
                let line = EventFrame.line(event)
                if line.count > EventRelay.mostOfOne {
                    isGap = true
                    continue
                }
                room -= Double(line.count)
                if room < 0 { return (lines, true, isGap) }
                lines.append(line)
            }
            next = number + events.count
        }
        return (lines, false, isGap)
    }

    /// - Returns: whether something is missing before it, and the whole lines that it brings.
    fileprivate mutating func take(_ frame: EventFrame, at now: EventRelay.Instant) -> (isGap: Bool, body: [UInt8]) {
        let known = peers[frame.epoch]
        if let number = known?.number, frame.number <= number, frame.number != 0 { return (false, []) }
        // A node begins with 0 whenever somebody begins to read.
        let follows = known.map { $0.number.map { $0 + 1 == frame.number } ?? true } ?? false
        let isGap = frame.mark == .gap || (!follows && frame.number != 0)
        if frame.mark == .end {
            peers[frame.epoch] = nil
            return (isGap, [])
        }
        var part = isGap || frame.number == 0 ? [] : known?.part ?? []
        part += frame.body
        let isTooLarge = part.count > 4 * EventRelay.mostOfOne
        if isTooLarge { part = [] }
        let isPart = frame.mark == .part && !isTooLarge
        peers[frame.epoch] = EventRelay.Peer(number: frame.number, heardAt: now, part: isPart ? part : [])
        return (isGap || isTooLarge, isPart ? [] : part)
    }

    /// Forgets who was not heard for too long.
    /// - Returns: whether there was one while somebody wanted to hear it.
    fileprivate mutating func forgetSilent(at now: EventRelay.Instant) -> Bool {
        let silent = peers.filter { now - $0.value.heardAt >= EventRelay.silence }
        for epoch in silent.keys { peers[epoch] = nil }
        return !silent.isEmpty && isWanted(at: now)
    }
}
