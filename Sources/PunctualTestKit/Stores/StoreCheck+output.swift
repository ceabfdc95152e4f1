internal import PunctualCore
internal import PunctualSchedule

extension StoreScene {
    /// Says lines in an attempt.
    @discardableResult
    fileprivate func say(
        _ texts: [String], in claimed: ClaimedExecution, from: Int? = nil, progress: ProgressReport? = nil
    ) async throws -> ReportOutcome {
        let report = AttemptReport(
            claimed.lease, lines: texts.map { SaidLine($0) }, from: from, progress: progress)
        return try required(try await store.keep([report]).first)
    }

    /// All that is kept of the execution.
    fileprivate func lines(_ execution: Execution) async throws -> [OutputLine] {
        var all: [OutputLine] = []
        while true {
            let page = try await store.lines(of: execution.id, after: all.last?.number ?? 0, limit: 1000)
            if page.isEmpty { return all }
            all += page
        }
    }

    /// The execution, claimed anew after its attempt has failed.
    fileprivate func nextAttempt(after claimed: ClaimedExecution) async throws -> ClaimedExecution {
        try await finish(claimed, .retry(after: .zero))
        return try await required(claim(200).first { $0.execution.id == claimed.execution.id })
    }
}

extension StoreCheck {
    static let output: [StoreCheck] = [
        StoreCheck("what an attempt says is read as it was said, in order, page by page") { scene in
            let runs = try await scene.running(try await scene.job())
            let at = scene.now - .seconds(5)
            let said = [
                SaidLine("one"), SaidLine("zwei — 2\u{1F600}\t\"\\\u{1B}[31m", level: .warn),
                SaidLine("", level: .debug),
                SaidLine("four", level: .error, at: at),
            ]
            try same(
                try await scene.store.keep([AttemptReport(runs.lease, lines: said)]), [.kept(progress: nil)])
            scene.clock.advance(by: .seconds(1))
            try await scene.say(["five"], in: runs)
            let lines = try await scene.lines(runs.execution)
            try same(lines.map(\.text), said.map(\.text) + ["five"])
            try same(lines.map(\.number), [1, 2, 3, 4, 5])
            try same(lines.map(\.level), [.info, .warn, .debug, .error, .info])
            try same(
                lines.map(\.at),
                [scene.now - .seconds(1), scene.now - .seconds(1), scene.now - .seconds(1), at, scene.now])
            try same(Set(lines.map(\.attempt)), [1])
            try same(try await scene.store.lines(of: runs.execution.id, after: 1, limit: 2).map(\.number), [2, 3])
            try same(try await scene.store.lines(of: runs.execution.id, after: 3, limit: 9).map(\.number), [4, 5])
            try same(try await scene.store.lines(of: runs.execution.id, after: 5, limit: 9), [])
            try same(try await scene.store.lines(of: runs.execution.id, after: .max, limit: .max), [])
            try same(try await scene.store.lines(of: .random(at: scene.now), after: 0, limit: 9), [])
        },
        StoreCheck("lines keep their numbers over many reports, however a page cuts them") { scene in
            let runs = try await scene.running(try await scene.job())
            var texts: [String] = []
            for count in [200, 1, 199, 3, 200, 57] {
                let some = (0..<count).map { "line \(texts.count + $0)" }
                try await scene.say(some, in: runs)
                texts += some
            }
            for limit in [1, 7, 200, 1000] {
                var seen: [OutputLine] = []
                while case let page = try await scene.store.lines(
                    of: runs.execution.id, after: seen.last?.number ?? 0, limit: limit), !page.isEmpty
                {
                    try expect(page.count <= limit)
                    seen += page
                }
                try same(seen.map(\.text), texts)
                try same(seen.map(\.number), Array(1...texts.count))
            }
        },
        StoreCheck("a report that is made again is kept once, one that overlaps as far as it is new") { scene in
            let runs = try await scene.running(try await scene.job())
            try await scene.say(["a", "b"], in: runs, from: 1)
            try await scene.say(["a", "b"], in: runs, from: 1)
            try await scene.say(["b", "c"], in: runs, from: 2)
            try await scene.say(["a"], in: runs, from: 1)
            try same(try await scene.lines(runs.execution).map(\.text), ["a", "b", "c"])
            try await scene.say(["f"], in: runs, from: 6)
            try same(
                try await scene.lines(runs.execution).map(\.text).suffix(2), ["[2 lines are missing here]", "f"])
            try await scene.say(["g"], in: runs)
            try await scene.say(["g"], in: runs, from: 7)
            try same(try await scene.lines(runs.execution).last?.text, "g")
            try same(try await scene.lines(runs.execution).count, 6)
        },
        StoreCheck("the next attempt goes on with the numbers and begins its own count") { scene in
            let first = try await scene.running(try await scene.job())
            try await scene.say(["a", "b"], in: first, from: 1)
            let second = try await scene.nextAttempt(after: first)
            try await scene.say(["c"], in: second, from: 1)
            let lines = try await scene.lines(first.execution)
            try same(lines.map(\.text), ["a", "b", "c"])
            try same(lines.map(\.attempt), [1, 1, 2])
            try same(lines.map(\.number), [1, 2, 3])
        },
        StoreCheck("what an attempt reports that has lost its lease changes nothing") { scene in
            let first = try await scene.running(try await scene.job())
            try await scene.say(["a"], in: first, progress: ProgressReport(percent: 10, message: nil))
            let second = try await scene.nextAttempt(after: first)
            let late = ProgressReport(percent: 99, message: "late")
            try same(try await scene.say(["stale"], in: first, progress: late), .leaseLost)
            var other = second
            other.execution.worker = "somebody else"
            try same(try await scene.say(["foreign"], in: other, progress: late), .leaseLost)
            try await scene.finish(second)
            try same(try await scene.say(["after the end"], in: second, progress: late), .leaseLost)
            try same(try await scene.lines(first.execution).map(\.text), ["a"])
            try same(try await scene.reload(first.execution).newestProgress, nil)
        },
        StoreCheck("one call reports for many, each by itself") { scene in
            let job = try await scene.job()
            let (one, two) = (try await scene.running(job), try await scene.running(job))
            var lost = try await scene.running(job)
            lost.execution.attempt += 1
            let outcomes = try await scene.store.keep([
                AttemptReport(one.lease, lines: [SaidLine("a")]), AttemptReport(lost.lease, lines: [SaidLine("x")]),
                AttemptReport(two.lease, lines: [SaidLine("b")]), AttemptReport(one.lease, lines: [SaidLine("c")]),
            ])
            try same(outcomes, [.kept(progress: nil), .leaseLost, .kept(progress: nil), .kept(progress: nil)])
            try same(try await scene.lines(one.execution).map(\.text), ["a", "c"])
            try same(try await scene.lines(two.execution).map(\.text), ["b"])
            try same(try await scene.lines(lost.execution), [])
        },
        StoreCheck("how far an attempt is stands in its execution, and not in the next attempt") { scene in
            let runs = try await scene.running(try await scene.job())
            try same(try await scene.reload(runs.execution).newestProgress, nil)
            let told = ProgressReport(percent: 12.5, message: "nearly \u{1F600}")
            let wanted = ExecutionProgress(percent: 12.5, message: "nearly \u{1F600}", at: scene.now, attempt: 1)
            try same(try await scene.say([], in: runs, progress: told), .kept(progress: wanted))
            try same(try await scene.reload(runs.execution).newestProgress, wanted)
            try same(
                try await scene.history(try required(try await scene.store.job(runs.execution.jobID))).first?
                    .newestProgress, wanted)
            let next = try await scene.nextAttempt(after: runs)
            try same(next.execution.newestProgress, nil)
            try same(try await scene.reload(runs.execution).newestProgress, nil)
            _ = try await scene.say([], in: next, progress: ProgressReport(percent: nil, message: nil))
            let ended = try await scene.finish(next)
            let last = ExecutionProgress(percent: nil, message: nil, at: scene.now, attempt: 2)
            try same(ended.newestProgress, last)
            try same(try await scene.reload(ended).newestProgress, last)
        },
        StoreCheck("NUL is kept as U+FFFD, and what is longer than a line may be is cut between characters") { scene in
            let runs = try await scene.running(try await scene.job())
            let long = String(repeating: "ä", count: OutputBounds.lineBytes)
            try await scene.say(["a\0b", "x" + long], in: runs)
            let lines = try await scene.lines(runs.execution).map(\.text)
            try same(lines[0], "a\u{FFFD}b")
            try same(lines[1].utf8.count, OutputBounds.lineBytes - 1)
            try expect(("x" + long).hasPrefix(lines[1]))
        },
        StoreCheck("no more lines are kept than an execution may have, and the last one says so") { scene in
            let runs = try await scene.running(try await scene.job())
            let some = Array(repeating: "x", count: OutputBounds.reportLines)
            for _ in 0..<(OutputBounds.executionLines / some.count) { try await scene.say(some, in: runs) }
            for _ in 0..<3 { try await scene.say(["too much"], in: runs) }
            let next = try await scene.nextAttempt(after: runs)
            try same(try await scene.say(["too much", "again"], in: next, from: 1), .kept(progress: nil))
            let lines = try await scene.lines(runs.execution)
            try same(lines.count, OutputBounds.executionLines + 1)
            try same(lines.last?.text, OutputTail.lastWords)
            try same(lines.last?.number, OutputBounds.executionLines + 1)
        },
        StoreCheck("no more bytes are kept than an execution may have, and the last line says so") { scene in
            let runs = try await scene.running(try await scene.job())
            let long = Array(repeating: String(repeating: "x", count: OutputBounds.lineBytes), count: 64)
            for _ in 0..<12 { try await scene.say(long, in: runs) }
            let lines = try await scene.lines(runs.execution)
            try same(lines.count, OutputBounds.executionBytes / OutputBounds.lineBytes + 1)
            try same(lines.last?.text, OutputTail.lastWords)
        },
        StoreCheck("lines go with their execution") { scene in
            let job = try await scene.job()
            let (old, new) = (try await scene.running(job), try await scene.running(job))
            for one in [old, new] {
                try await scene.say(["a", "b"], in: one)
                try await scene.finish(one)
                scene.clock.advance(by: .seconds(60))
            }
            try same(try await scene.prune(before: scene.now - .seconds(90)), 1)
            try same(try await scene.lines(old.execution), [])
            try same(try await scene.lines(new.execution).map(\.text), ["a", "b"])
            let own = try await scene.job("own") { $0.retention = .seconds(3600) }
            let kept = try await scene.running(own)
            try await scene.say(["c"], in: kept)
            try await scene.finish(kept)
            scene.clock.advance(by: .seconds(3601))
            try same(try await scene.prune(before: scene.now - .seconds(86_400)), 1)
            try same(try await scene.lines(kept.execution), [])
        },
    ]
}
