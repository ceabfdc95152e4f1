import Foundation
import PunctualCore
import PunctualSQLite
import PunctualSchedule

/// A store with very many jobs of which few are due.
enum Million {
    /// Fills a file, and has a fresh process open it: memory that filling took would count otherwise.
    static func measure(jobs count: Int) async throws {
        let folder = try Folder()
        let path = folder.file("store.db")
        let clock = BenchClock()
        let store = try SQLiteStore(path: path, clock: clock)
        let now = clock.now()
        for start in stride(from: 0, to: count, by: 1000) {
            _ = try await store.create(
                (start..<min(start + 1000, count)).map { index in
                    sampleJob("job-\(index)", every: index < 10 ? .milliseconds(1) : .seconds(86_400), now: now)
                })
        }
        store.close()
        let second = Process()
        second.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        second.arguments = ["--open", path]
        try second.run()
        second.waitUntilExit()
    }

    /// Opens the file and looks: the time of the opening, of ticks and of the lists, and the memory.
    static func look(at path: String) async throws {
        var began = ContinuousClock.now
        let store = try SQLiteStore(path: path, clock: BenchClock())
        let counts = try await store.counts()
        report("million_open_ms", seconds(since: began) * 1000, digits: 1)
        report("million_jobs", Double(counts.jobs.values.reduce(0, +)))
        began = .now
        for _ in 0..<100 { _ = try await store.dueJobs(shards: nil, limit: 500) }
        report("million_tick_ms", seconds(since: began) * 10, digits: 3)
        began = .now
        for _ in 0..<100 { _ = try await store.dueJobs(shards: Set(0..<64), limit: 500) }
        report("million_tick_of_64_shards_ms", seconds(since: began) * 10, digits: 3)
        began = .now
        _ = try await store.queues()
        report("million_queues_ms", seconds(since: began) * 1000, digits: 1)
        for sort in JobQuery.Sort.allCases {
            for descending in [false, true] {
                var query = JobQuery()
                query.sort = sort
                query.descending = descending
                query.status = .active
                began = .now
                let first = try await store.jobs(query)
                query.after = first.next
                _ = try await store.jobs(query)
                report(
                    "million_list_\(sort.rawValue)\(descending ? "_descending" : "")_ms", seconds(since: began) * 500,
                    digits: 1)
            }
        }
        report("million_memory_mb", memory(), digits: 1)
        store.close()
    }

    /// The most of this process's own memory so far, file pages included.
    private static func memory() -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? .nan
        return kilobytes / 1024
    }
}
