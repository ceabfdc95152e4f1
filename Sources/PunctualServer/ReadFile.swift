internal import SystemPackage

/// The bytes of a file, or nil when it cannot be read or is longer than `limit`.
func readFile(_ path: String, limit: Int) -> [UInt8]? {
    guard let file = try? FileDescriptor.open(FilePath(path), .readOnly) else { return nil }  // The caller tells.
    defer { try? file.close() }  // Nothing was written: a failing close loses nothing.
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 8)
    defer { chunk.deallocate() }
    while bytes.count <= limit {
        guard let count = try? file.read(into: chunk) else { return nil }  // As above.
        if count == 0 { return bytes }
        bytes.append(contentsOf: chunk[0..<count])
    }
    return nil
}
