import PunctualClient
import PunctualJSON
import Synchronization
import Testing

@Suite("A worker and its leases", .timeLimit(.minutes(5)))
struct WorkerTests {
    @Test("however much the attempts say, their leases are renewed and all of it comes over")
    func manyLines() async throws {
        let names = (0..<100).map { "work-\($0)" }
        let desk = WorkDesk([names.map { WorkDesk.work($0) }])
        let gate = Gate()
        let handler: Worker.Handler = { work in
            for _ in 0..<150 { work.log("hello world") }
            await gate.pass()
            return nil
        }
        try await desk.run(lease: .seconds(6), concurrency: 100, handler) {
            defer { gate.open() }
            try await desk.hears("all lines") { heard in names.allSatisfy { heard.lines["\($0)/1"] == 150 } }
            let known = desk.heard.beats.count
            try await desk.hears("each again") { heard in
                Set(heard.beats.dropFirst(known).joined().map(WorkDesk.name)).count == 100
            }
            gate.open()
            try await desk.hears("all ends") { $0.ends.count == 100 }
        }
        #expect(desk.heard.refusedBodies == 0)
    }

    @Test("an output of any length and of any characters is told, cut to what a request may have")
    func outputs() async throws {
        let outputs =
            [
                String(repeating: "\u{1}", count: 250_000), String(repeating: "\"\n", count: 120_000),
                String(repeating: "😀", count: 300_000), String(repeating: "e\u{301}", count: 200_000), "a\0b", "",
            ] + Array(repeating: String(repeating: "x", count: 262_144), count: 4)
        let works = outputs.indices.map { WorkDesk.work("work-\($0)", payload: .int(Int64($0))) }
        let desk = WorkDesk([works]) { item in
            let output = item["output"]?.string ?? ""
            return output.unicodeScalars.count > 262_144 || output.utf8.contains(0) ? 422 : 200
        }
        let handler: Worker.Handler = { work in outputs[Int(work.payload.int ?? 0)] }
        try await desk.run(concurrency: works.count, handler) {
            try await desk.hears("all ends") { $0.ends.count == outputs.count }
        }
        for end in desk.heard.ends {
            #expect(end["status"] == "succeeded")
            let index = try #require(Int(WorkDesk.name(end).dropFirst(5).dropLast(2)))
            let (told, whole) = (end["output"]?.string ?? "", outputs[index].replacing("\0", with: "\u{FFFD}"))
            #expect(Array(whole.utf8).suffix(told.utf8.count) == Array(told.utf8)[...], "its end is what is kept")
            #expect(told.utf8.count == whole.utf8.count || told.utf8.count > 80_000)
        }
        #expect(desk.heard.refusedBodies == 0)
    }

    @Test("where a request may have much less, leases are renewed and ends told all the same")
    func smallRequests() async throws {
        let names = (0..<20).map { "work-\($0)" }
        let desk = WorkDesk([names.map { WorkDesk.work($0) }], mostBytes: 1500)
        let gate = Gate()
        let handler: Worker.Handler = { work in
            for _ in 0..<20 { work.log(String(repeating: "a", count: 100)) }
            work.log(String(repeating: "b", count: 2000))
            work.log("last")
            await gate.pass()
            return String(repeating: "c", count: 5000)
        }
        try await desk.run(lease: .seconds(3), concurrency: 20, handler) {
            defer { gate.open() }
            try await desk.hears("each, and what it says") { heard in
                names.allSatisfy { name in
                    heard.beats.contains { $0.contains { WorkDesk.name($0) == "\(name)/1" } }
                        && heard.lines["\(name)/1"] == 21
                }
            }
            gate.open()
            try await desk.hears("all ends") { $0.ends.count == 20 }
        }
        #expect(desk.heard.ends.allSatisfy { $0["status"] == "succeeded" && $0["output"]?.string?.last == "c" })
        #expect(desk.heard.refusedBodies > 0)
    }

    @Test("an end that the server does not take is told as a failure, for the policy to decide")
    func refusedEnd() async throws {
        let desk = WorkDesk([[WorkDesk.work("a")]]) { $0["status"] == "succeeded" ? 422 : 200 }
        let done: Worker.Handler = { _ in "done" }
        try await desk.run(concurrency: 1, done) { try await desk.hears("the end") { $0.ends.count == 1 } }
        let end = try #require(desk.heard.ends.first)
        #expect(end["status"] == "failed" && end["error"]?.string?.contains("it was refused") == true, "\(end)")
    }

    @Test("work is cancelled when its lease may be over, although no answer said so")
    func deadline() async throws {
        let tellings = Mutex(0)
        let desk = WorkDesk([[WorkDesk.work("a")]]) { item in
            if item["status"] != nil { tellings.withLock { $0 += 1 } }
            return nil
        }
        let (ends, end) = AsyncStream<ContinuousClock.Instant>.makeStream()
        let began = ContinuousClock.now
        let handler: Worker.Handler = { _ in
            try? await Task.sleep(for: .seconds(40))  // Its cancellation is what is waited for.
            end.yield(.now)
            throw CancellationError()
        }
        try await desk.run(lease: .seconds(3), concurrency: 1, handler) {
            let first = await ends.first { _ in true }
            let ended = try #require(first)
            #expect(ended - began < .seconds(20), "long before its own end")
        }
        #expect(tellings.withLock { $0 } == 0, "nothing is told of what others may do by then")
    }

    @Test("attempts of one execution are kept apart: the end of the one leaves the other its heartbeats")
    func attempts() async throws {
        let desk = WorkDesk([[WorkDesk.work("a")], [WorkDesk.work("a", attempt: 2)]]) { $0["attempt"] == 1 ? 409 : 200 }
        let (gates, begun) = ([Gate(), Gate()], [Gate(), Gate()])
        let handler: Worker.Handler = { work in
            begun[work.attempt - 1].open()
            // Heeds no cancellation.
            await gates[work.attempt - 1].pass()
            return "\(work.attempt)"
        }
        try await desk.run(lease: .seconds(3), concurrency: 2, handler) {
            defer { for gate in gates { gate.open() } }
            for one in begun { await one.pass() }
            func beats(of attempt: Int64) -> Int {
                desk.heard.beats.count { $0.contains { $0["attempt"] == .int(attempt) } }
            }
            try await desk.hears("both") { _ in beats(of: 1) > 0 && beats(of: 2) > 0 }
            gates[0].open()
            let known = beats(of: 2)
            try await desk.hears("the second goes on") { _ in beats(of: 2) > known + 3 }
            gates[1].open()
            try await desk.hears("the second's end") { !$0.ends.isEmpty }
        }
        #expect(desk.heard.ends.map { $0["output"] } == ["2"])
    }
}
