/// A URL is read or refused in one line, and the place that messages tell holds neither line end nor password.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
    do throws(RedisError) {
        let settings = try RedisSettings(text)
        precondition(settings.database >= 0 && (1...64).contains(settings.connections))
        guard let password = settings.credential?.password else { return 0 }
        precondition(!password.isEmpty)
    } catch {
        precondition(error.kind == .settings && !error.message.utf8.contains(0x0A))
    }
    return 0
}
