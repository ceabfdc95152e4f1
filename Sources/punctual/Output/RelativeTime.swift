internal import Foundation
internal import PunctualSchedule

/// Instants as people at a terminal want them: `in 3m`, `2h ago`.
enum RelativeTime {
    /// The instant seen from now, in its largest whole unit.
    static func text(of instant: Timestamp, now: Timestamp) -> String {
        text(milliseconds: instant.milliseconds - now.milliseconds)
    }

    /// So many milliseconds from now; negative ones are past.
    static func text(milliseconds distance: Int64) -> String {
        let seconds = abs(distance) / 1000
        if seconds == 0 { return "now" }
        let amount =
            switch seconds {
            case ..<120: "\(seconds)s"
            case ..<7_200: "\(seconds / 60)m"
            case ..<172_800: "\(seconds / 3_600)h"
            default: "\(seconds / 86_400)d"
            }
        return distance > 0 ? "in \(amount)" : "\(amount) ago"
    }

    /// A span of milliseconds in its largest units.
    static func span(milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<1_000: "\(milliseconds)ms"
        case ..<60_000: "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100)s"
        case ..<3_600_000: "\(milliseconds / 60_000)m\(milliseconds % 60_000 / 1_000)s"
        default: "\(milliseconds / 3_600_000)h\(milliseconds % 3_600_000 / 60_000)m"
        }
    }

    /// The system's clock.
    static var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
