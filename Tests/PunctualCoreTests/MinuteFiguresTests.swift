import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

@Suite("Figures of a minute")
struct MinuteFiguresTests {
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)

    private func ended(
        _ status: ExecutionStatus, queue: String = "mail", after milliseconds: Int64 = 0, attempt: Int = 1,
        trigger: ExecutionTrigger = .schedule
    ) -> Execution {
        Execution(
            id: Identifier(high: 1, low: 1), jobID: Identifier(high: 1, low: 2), jobName: "j", service: "s",
            queue: queue, priority: 5, scheduledAt: Self.start, availableAt: Self.start, trigger: trigger,
            status: status, attempt: attempt, maxAttempts: 3, createdAt: Self.start,
            startedAt: Self.start + .milliseconds(milliseconds), finishedAt: Self.start + .seconds(1))
    }

    @Test("count ends by status and queue, and by how late first attempts by the schedule began")
    func counts() {
        var figures = MinuteFigures(minute: MinuteFigures.minute(of: Self.start))
        for execution in [
            ended(.succeeded, after: 5), ended(.succeeded, queue: "other", after: 6), ended(.failed, after: 300_001),
            ended(.failed, after: 70_000, attempt: 2), ended(.cancelled, after: 70_000, trigger: .manual),
        ] { figures.count(execution) }
        #expect(figures.ended == [.succeeded: 2, .failed: 2, .cancelled: 1] && figures.total == 5)
        #expect(figures.queues == ["mail": .init(ended: 4, failed: 2), "other": .init(ended: 1)])
        #expect(figures.late.reduce(0, +) == 3)
        #expect((figures.late[0], figures.late[1], figures.late.last) == (1, 1, 1))
        #expect(figures.lateness(0.5) == 10 && figures.lateness(1) == 300_000)
        #expect(MinuteFigures(minute: 1).lateness(0.5) == nil)
    }

    @Test("tell so many queues apart and no more")
    func manyQueues() {
        var figures = MinuteFigures(minute: 1)
        for number in 0..<300 { figures.count(ended(.succeeded, queue: "q\(number)")) }
        figures.count(ended(.failed, queue: "q0"))
        #expect(figures.queues.count == MinuteFigures.mostQueues && figures.total == 301)
        #expect(figures.queues["q0"] == .init(ended: 2, failed: 1))
    }

    @Test("are the same when they have been written and read, and add up")
    func stored() throws {
        var figures = MinuteFigures(minute: 7)
        for name in ["mail", "a\"b\\ü\n", ""] { figures.count(ended(.failed, queue: name, after: 20)) }
        let text = figures.json.description
        #expect(MinuteFigures(minute: 7, stored: text) == figures)
        #expect(
            MinuteFigures(minute: 1).json.description.hasPrefix(#"{"ended":{},"queues":{},"late":[0,0,"#))
        var sum = figures
        for _ in 0..<7 { sum.add(try #require(MinuteFigures(minute: 7, stored: text))) }
        #expect(sum.total == 24 && sum.queues["mail"] == .init(ended: 8, failed: 8) && sum.late[2] == 24)
        #expect(sum.lateness(0.95) == 20)
    }

    private static let steps = [String](repeating: "0", count: MinuteFigures.steps.count + 1).joined(separator: ",")

    @Test(
        "of which another wrote something else are passed over, whatever it is",
        arguments: [
            "", "null", "[]", "7", "{", #""x""#, #"{"ended":{}}"#, #"{"ended":[],"queues":{},"late":[\#(steps)]}"#,
            #"{"ended":{"succeeded":-1},"queues":{},"late":[\#(steps)]}"#,
            #"{"ended":{"succeeded":"1"},"queues":{},"late":[\#(steps)]}"#,
            #"{"ended":{"succeeded":1.5},"queues":{},"late":[\#(steps)]}"#,
            #"{"ended":{"succeeded":9223372036854775807},"queues":{},"late":[\#(steps)]}"#,
            #"{"ended":{"succeeded":1e300},"queues":{},"late":[\#(steps)]}"#,
            #"{"ended":{"running":1},"queues":{},"late":[\#(steps)]}"#,
            #"{"ended":{"abandoned":1},"queues":{},"late":[\#(steps)]}"#,
            #"{"ended":{},"queues":{"q":1},"late":[\#(steps)]}"#,
            #"{"ended":{},"queues":{"q":[1]},"late":[\#(steps)]}"#,
            #"{"ended":{},"queues":{"q":[1,2,3]},"late":[\#(steps)]}"#,
            #"{"ended":{},"queues":{"q":[1,null]},"late":[\#(steps)]}"#,
            #"{"ended":{},"queues":{},"late":[\#(steps),0]}"#, #"{"ended":{},"queues":{},"late":[]}"#,
            #"{"ended":{},"queues":{},"late":[\#(steps.dropLast())-1]}"#,
            #"{"ended":{},"queues":{},"late":[\#(steps.dropLast())"0"]}"#,
            String(repeating: "[", count: 100_000),
        ])
    func hostile(_ text: String) {
        #expect(MinuteFigures(minute: 7, stored: text) == nil)
    }

    @Test("of which a newer version tells more are read for what is known")
    func newer() {
        let text = #"{"since":1,"ended":{"failed":2},"queues":{},"late":[\#(Self.steps)]}"#
        #expect(MinuteFigures(minute: 7, stored: text)?.ended == [.failed: 2])
    }
}
