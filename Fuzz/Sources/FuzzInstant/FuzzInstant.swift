import PunctualSchedule

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
    if let instant = Timestamp(rfc3339: text) {
        precondition(instant >= .earliest && instant <= .latest)
        precondition(Timestamp(rfc3339: instant.description) == instant)
    }
    if let local = LocalDateTime(iso8601: text) {
        precondition(LocalDateTime(secondsSinceEpoch: local.secondsSinceEpoch) == local)
        precondition(LocalDateTime(iso8601: local.description) == local)
    }
    return 0
}
