internal import PunctualAPI
internal import Synchronization

/// The newest events as streams carry them, written once for all who read them.
///
/// Of what nobody reads nothing is made, and 16 MB at most are kept.
final class EventTexts: Sendable {
    private static let room = 1024
    /// Larger ones are written for each reader.
    private static let mostOfOne = 16 << 10

    /// The text of number n stands at n % room.
    private let kept = Mutex<[(number: Int, bytes: [UInt8])?]>([])

    /// What is kept of that number, or else what `make` makes; two who come at once may both make it.
    func text(of number: Int, make: () -> [UInt8]) -> [UInt8] {
        let place = number % Self.room
        let known = kept.withLock { kept -> [UInt8]? in
            kept.isEmpty ? nil : kept[place].flatMap { $0.number == number ? $0.bytes : nil }
        }
        if let known { return known }
        let bytes = make()
        guard bytes.count <= Self.mostOfOne else { return bytes }
        kept.withLock { kept in
            if kept.isEmpty { kept = Array(repeating: nil, count: Self.room) }
            // Who lags must not push out what the others read.
            if kept[place].map({ $0.number < number }) ?? true { kept[place] = (number, bytes) }
        }
        return bytes
    }
}

extension EventLog {
    /// The id of the place before the event of that number, and for other nodes that of an event of another node.
    func id(_ next: Int, _ origin: EventPlace?) -> String {
        let own = EventPlace(epoch, next)
        return origin.map { "\(own).\($0)" } ?? "\(own)"
    }

    /// The event as a stream carries it; not of a gap, which each reader is told in his own place.
    func text(of event: Event) -> [UInt8] {
        texts.text(of: event.number) {
            let head = "id: \(id(event.number + 1, event.origin))\nevent: \(event.kind.rawValue)\ndata: "
            return Array(head.utf8) + event.json + [UInt8(ascii: "\n"), UInt8(ascii: "\n")]
        }
    }
}
