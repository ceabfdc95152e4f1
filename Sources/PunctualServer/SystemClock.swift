internal import Foundation
internal import PunctualCore
package import PunctualSchedule

/// The machine's time of day.
package struct SystemClock: WallClock {
    package init() {}

    package func now() -> Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
