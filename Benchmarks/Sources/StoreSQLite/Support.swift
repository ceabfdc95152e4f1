import Foundation
import PunctualCore
import PunctualSchedule
import Synchronization

/// What to measure and for how long.
struct Options {
    var words: Set<String> = []
    var seconds = 5
    var jobs = 1_000_000
    /// The database that a second process of the benchmark opens.
    var opened: String?

    init(_ arguments: [String]) {
        var rest = arguments.dropFirst().makeIterator()
        while let word = rest.next() {
            switch word {
            case "--seconds": seconds = rest.next().flatMap { Int($0) } ?? seconds
            case "--jobs": jobs = rest.next().flatMap { Int($0) } ?? jobs
            case "--open": opened = rest.next()
            default: words.insert(word)
            }
        }
    }

    func does(_ word: String) -> Bool { words.isEmpty || words.contains(word) }
}

/// The wall clock, with seconds added by the benchmark so that jobs fall due as fast as they are run.
final class BenchClock: WallClock {
    private let added = Mutex(Duration.zero)

    func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
            + added.withLock { $0 }
    }

    func advance(by duration: Duration) { added.withLock { $0 += duration } }
}

/// A folder for the files of one measurement, gone with the last reference.
final class Folder {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("punctual-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    // The system clears what is left of its temporary folder.
    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> String { url.appendingPathComponent(name).path }
}

func sampleJob(_ name: String, every: Duration, now: Timestamp = BenchClock().now()) -> Job {
    var draft = JobDraft(name: name, schedule: .interval(every: every, anchor: now), target: .noop)
    draft.overlapPolicy = .allowAll
    draft.labels = ["team": "bench"]
    return Job(id: .random(at: now), draft: draft, nextRunAt: now + every, createdAt: now)
}

func seconds(since began: ContinuousClock.Instant) -> Double { (ContinuousClock.now - began).inSeconds }

func report(_ name: String, _ value: Double, digits: Int = 0) {
    print(name, String(format: "%.\(digits)f", value))
    fflush(nil)
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
