import PunctualSchedule

/// The first four bytes choose the start, the rest is the rule.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: data, count: count)
    guard bytes.count > 4 else { return 0 }
    let seconds = bytes.prefix(4).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    // A refusal is a right answer.
    guard let rule = try? RecurrenceRule(String(decoding: bytes.dropFirst(4), as: UTF8.self)),
        let schedule = try? RecurrenceSchedule(rule: rule, start: LocalDateTime(secondsSinceEpoch: seconds), zone: .utc)
    else { return 0 }
    precondition(!schedule.words.isEmpty)
    var last = Timestamp(seconds: seconds - 1)
    for _ in 0..<3 {
        guard let next = schedule.next(after: last) else { return 0 }
        precondition(next > last)
        precondition(schedule.next(after: next - .milliseconds(1)) == next)
        if let previous = schedule.previous(before: next) {
            precondition(previous < next)
            precondition(schedule.next(after: previous) == next)
        }
        last = next
    }
    return 0
}
