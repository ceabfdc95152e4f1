internal import Glibc
package import PunctualSchedule

extension Timestamp {
    /// The host's wall clock, which the database shares.
    package static var hostNow: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
