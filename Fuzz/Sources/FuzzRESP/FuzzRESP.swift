internal import NIOCore

/// Whatever comes, whole or in pieces of the first byte's size, the answers are the same, and what is written as text
/// of them is read by those who use them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: data, count: count)
    guard let step = bytes.first.map({ Int($0 & 15) + 1 }) else { return 0 }
    let whole = answers(Array(bytes.dropFirst()), step: count)
    let pieces = answers(Array(bytes.dropFirst()), step: step)
    // NaN is equal to nothing, itself included.
    precondition("\(whole)" == "\(pieces)", "pieces read as something else")
    for value in whole {
        _ = (value.bytes, value.string, value.int, value.items?.count, value.pairs?.count, value.value("role"))
        // Whatever is wrong is thrown.
        _ = try? SlotMap(value, asked: RedisHost("a", 1))
        if case .refusal(let error) = value { _ = SlotMap.redirection(error.message, by: RedisHost("a", 1)) }
    }
    return 0
}

private func answers(_ bytes: [UInt8], step: Int) -> [RedisValue] {
    var parser = RESPParser()
    var buffer = ByteBuffer()
    var found: [RedisValue] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        buffer.writeBytes(rest.prefix(step))
        rest = rest.dropFirst(step)
        do {
            while let value = try parser.next(&buffer) { found.append(value) }
        } catch { return found }
    }
    return found
}
