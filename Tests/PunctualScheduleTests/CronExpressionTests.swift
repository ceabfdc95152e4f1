import PunctualSchedule
import Testing

@Suite("cron expressions")
struct CronExpressionTests {
    @Test(
        "a faulty expression is refused at the column of its fault",
        arguments: [
            ("", CronDialect.ocps, 1), ("   ", .ocps, 1), ("* * * *", .ocps, 8), ("* * * * * * * *", .ocps, 15),
            ("60 * * * *", .ocps, 1), ("* 24 * * *", .ocps, 3), ("* * 0 * *", .ocps, 5), ("* * 32 * *", .ocps, 5),
            ("* * * 13 *", .ocps, 7), ("* * * * 8", .ocps, 9), ("*/0 * * * *", .ocps, 3), ("/5 * * * *", .ocps, 1),
            ("5-1 * * * *", .ocps, 1), ("1,, * * * *", .ocps, 3), ("1- * * * *", .ocps, 3), ("*/ * * * *", .ocps, 3),
            ("* * * FOO *", .ocps, 7), ("* * * * MONDAY", .ocps, 9), ("* * ? ? *", .ocps, 7), ("? * * * *", .ocps, 1),
            ("* * +1 * *", .ocps, 5), ("* * * * 1+2", .ocps, 10), ("* * 1-15W * *", .ocps, 9),
            ("* * 1W,5 * *", .ocps, 5), ("* * 5,1W * *", .ocps, 7), ("* * * * 1#6", .ocps, 11),
            ("* * * * L", .ocps, 9), ("* * L-31 * *", .ocps, 7), ("99999 * * * *", .ocps, 1), ("@Daily", .ocps, 1),
            ("@daily 0", .ocps, 8), ("@reboot", .ocps, 1), ("0 0 30 2 *", .ocps, 5), ("0 0 31 2,4 *", .ocps, 5),
            ("* * * * *\n", .ocps, 10), ("* * * * é", .ocps, 9), ("H(5-1) * * * *", .ocps, 3),
            ("0 0 * * * * 0", .ocps, 13), ("0 0 0 29 2 * 2027", .ocps, 7), ("* * L * *", .unix, 5),
            ("5/10 * * * *", .unix, 2), ("* * ? * *", .unix, 5), ("* * * * * *", .unix, 11), ("H * * * *", .unix, 1),
            ("* * * * *", .quartz, 10), ("0 0 12 * * *", .quartz, 8), ("0 0 12 ? * ?", .quartz, 12),
            ("0 0 12 ? * 0", .quartz, 12),
        ])
    func faulty(text: String, dialect: CronDialect, column: Int) {
        do {
            _ = try CronExpression(text, dialect: dialect)
            Issue.record("\"\(text)\" was accepted")
        } catch {
            #expect(error.column == column, "\(error.explanation)")
            #expect(error.explanation.contains("^"))
        }
    }

    @Test(
        "an expression names its days and times",
        arguments: [
            ("0 0 L * *", CronDialect.ocps, "2025-02-28T00:00:00.000Z"),
            ("0 0 L-2 * *", .ocps, "2025-02-26T00:00:00.000Z"), ("0 0 LW 5 *", .ocps, "2025-05-30T00:00:00.000Z"),
            ("0 0 * * FRI#L", .ocps, "2025-02-28T00:00:00.000Z"), ("0 0 * * 5L", .ocps, "2025-02-28T00:00:00.000Z"),
            ("0 0 * 6 TUE#3", .ocps, "2025-06-17T00:00:00.000Z"), ("0 12 15W 6 *", .ocps, "2025-06-16T12:00:00.000Z"),
            ("0 12 1W 2 *", .ocps, "2026-02-02T12:00:00.000Z"), ("0 12 1W 3 *", .ocps, "2025-03-03T12:00:00.000Z"),
            ("0 12 31W 5 *", .ocps, "2025-05-30T12:00:00.000Z"), ("0 12 13 * +FRI", .ocps, "2025-06-13T12:00:00.000Z"),
            ("0 0 * * SAT-SUN", .ocps, "2025-02-15T00:00:00.000Z"), ("@weekly", .ocps, "2025-02-16T00:00:00.000Z"),
            ("0 0 12 * * * 2031", .ocps, "2031-01-01T12:00:00.000Z"),
            ("50/4 * * * *", .ocps, "2025-02-10T12:50:00.000Z"),
            ("0 0 12 ? * 6L", .quartz, "2025-02-28T12:00:00.000Z"),
            ("0 0 12 ? * 1", .quartz, "2025-02-16T12:00:00.000Z"),
            ("0 0 12 ? * L", .quartz, "2025-02-15T12:00:00.000Z"),
            ("0 0 22-2 ? * *", .quartz, "2025-02-10T22:00:00.000Z"),
            ("0 0 12 ? * FRI-MON", .quartz, "2025-02-14T12:00:00.000Z"),
            ("0 0 */2 * MON", .unix, "2025-02-17T00:00:00.000Z"), ("0 0 1 * MON", .unix, "2025-02-17T00:00:00.000Z"),
        ])
    func names(text: String, dialect: CronDialect, expected: String) throws {
        // A Monday.
        let start = Timestamp.of("2025-02-10T12:00:00Z")
        let schedule = try CronSchedule(expression: CronExpression(text, dialect: dialect), zone: .utc)
        #expect(schedule.next(after: start)?.description == expected)
    }

    @Test("H spreads by key, stays put for one key, and keeps to its range")
    func hashed() throws {
        var minutes: Set<String> = []
        for key in 0..<200 {
            let once = try CronExpression("H H(1-3) * * *", hashKey: UInt64(key))
            #expect(try CronExpression("H H(1-3) * * *", hashKey: UInt64(key)) == once)
            let next = try #require(CronSchedule(expression: once, zone: .utc).next(after: Timestamp(seconds: 0)))
            let local = ZoneRules.utc.local(at: next)
            #expect((1...3).contains(local.hour))
            minutes.insert("\(local.minute)")
        }
        #expect(minutes.count > 45)
    }

    @Test(
        "expressions are told in plain words",
        arguments: [
            ("0 9 * * MON-FRI", "every weekday at 09:00"), ("*/15 * * * *", "every 15 minutes"),
            ("0 * * * *", "every hour"), ("* * * * *", "every minute"), ("*/10 * * * * *", "every 10 seconds"),
            ("0 0 L * *", "on the last day of the month at 00:00"),
            ("0 9,17 * * *", "every day at 09:00 and 17:00"),
            ("0 8 * * MON#1", "on the first Monday of the month at 08:00"),
            ("*/10 9-17 * * MON-FRI", "every 10 minutes from 09:00 to 17:50, every weekday"),
            ("0 0 1 1 *", "on day 1 of the month at 00:00 in January"),
        ])
    func plain(text: String, words: String) throws {
        #expect(try CronExpression(text).words == words)
    }

    @Test("random bytes are read or refused, never more")
    func hostile() {
        let seed: UInt64 = 0x5EED_0003
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("0123456789*/,-?LWH#+() @ABCFMNSUadn\t\u{e9}")
        var refused = 0
        for _ in 0..<20_000 {
            let text = String((0..<Int.random(in: 0...24, using: &generator)).map { _ in generator.pick(alphabet) })
            for dialect in CronDialect.allCases {
                do throws(CronError) {
                    _ = try CronExpression(text, dialect: dialect)
                } catch {
                    refused += 1
                    #expect(
                        (1...max(1, text.utf8.count + 1)).contains(error.column), "seed \(seed): \(error.explanation)")
                }
            }
        }
        #expect(refused > 0)
    }
}
