import PunctualSchedule

/// The bytes are a TZif file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // A refusal is a right answer.
    guard let zone = try? ZoneRules(name: "Fuzz/Zone", tzif: Array(UnsafeBufferPointer(start: data, count: count)))
    else { return 0 }
    var instant = Timestamp.earliest
    for _ in 0..<50 {
        guard let next = zone.nextTransition(after: instant) else { break }
        precondition(next > instant)
        precondition(zone.offset(at: next) != zone.offset(at: next - .milliseconds(1)))
        _ = zone.resolve(zone.local(at: next))
        instant = next
    }
    for seconds in stride(from: Int64(-60_000_000_000), to: 250_000_000_000, by: 9_999_999_999) {
        let at = Timestamp(seconds: seconds)
        switch zone.resolve(zone.local(at: at)) {
        case .unique(let found): precondition(found == at)
        case .overlap(let first, let second): precondition(first == at || second >= at)
        case .gap: preconditionFailure("a wall time that was shown lies in a gap")
        }
    }
    return 0
}
