import PunctualSchedule

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
    guard let duration = Duration(text: text) else { return 0 }
    precondition(duration >= .zero)
    precondition(Duration(text: duration.text) == duration)
    return 0
}
