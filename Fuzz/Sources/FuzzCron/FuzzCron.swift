import PunctualSchedule

/// The first byte chooses the dialect and the policies, the rest is the expression.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: data, count: count)
    guard let choice = bytes.first.map(Int.init) else { return 0 }
    let dialect = CronDialect.allCases[choice % 3]
    let policy = DSTPolicy(
        gap: DSTPolicy.Gap.allCases[choice / 3 % 3], overlap: DSTPolicy.Overlap.allCases[choice / 9 % 3])
    // A refusal is a right answer.
    guard let expression = try? CronExpression(String(decoding: bytes.dropFirst(), as: UTF8.self), dialect: dialect),
        let schedule = try? CronSchedule(expression: expression, zone: .utc, dst: policy)
    else { return 0 }
    precondition(!schedule.words.isEmpty)
    let now = Timestamp(seconds: 1_774_747_800)
    guard let next = schedule.next(after: now) else { return 0 }
    precondition(next > now)
    precondition(expression.matches(ZoneRules.utc.local(at: next)))
    guard let later = schedule.next(after: next) else { return 0 }
    precondition(later > next)
    precondition(schedule.previous(before: later) == next)
    return 0
}
