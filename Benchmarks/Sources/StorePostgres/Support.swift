import Foundation
import PunctualCore
import PunctualSchedule

/// What to measure and for how long.
struct Options {
    var words: Set<String> = []
    var seconds = 5

    init(_ arguments: [String]) {
        var rest = arguments.dropFirst().makeIterator()
        while let word = rest.next() {
            if word == "--seconds" { seconds = rest.next().flatMap { Int($0) } ?? seconds } else { words.insert(word) }
        }
    }

    func does(_ word: String) -> Bool { words.isEmpty || words.contains(word) }
}

func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
}

func sampleJob(_ name: String, every: Duration, now instant: Timestamp = now()) -> Job {
    var draft = JobDraft(name: name, schedule: .interval(every: every, anchor: instant), target: .noop)
    draft.overlapPolicy = .allowAll
    draft.labels = ["team": "bench"]
    return Job(id: .random(at: instant), draft: draft, nextRunAt: instant + every, createdAt: instant)
}

func seconds(since began: ContinuousClock.Instant) -> Double { (ContinuousClock.now - began).inSeconds }

func report(_ name: String, _ value: Double, digits: Int = 0) {
    print(name, String(format: "%.\(digits)f", value))
    fflush(nil)
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
