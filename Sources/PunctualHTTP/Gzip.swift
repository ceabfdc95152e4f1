internal import CZlib
internal import NIOCore

/// gzip (RFC 1952) of whole answers, by zlib.
enum Gzip {
    /// The lengths of answers that are packed, in bytes: shorter ones would gain nothing, and longer ones would hold a core
    /// for too long.
    static let sizes = 1024...2_097_152

    /// Whether the request's `Accept-Encoding` wants gzip (RFC 9110 §12.5.3).
    static func isAccepted(_ field: String?) -> Bool {
        guard let field else { return false }
        var isWelcome = false
        for part in field.split(separator: ",") {
            let pieces = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let name = pieces.first, name == "gzip" || name == "x-gzip" || name == "*" else { continue }
            let isRefused = pieces.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
            // What is said of gzip itself outweighs what is said of everything.
            if name != "*" { return !isRefused }
            isWelcome = !isRefused
        }
        return isWelcome
    }

    /// nil when zlib has no memory left.
    static func compress(_ input: ByteBuffer) -> ByteBuffer? {
        var stream = z_stream()
        // Window of 15 bits, and 16 more for gzip's own frame.
        guard
            deflateInit2_(
                &stream, 5, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        var output = ByteBuffer()
        let bound = Int(deflateBound(&stream, UInt(input.readableBytes)))
        let status = input.withUnsafeReadableBytes { source in
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
                // zlib reads the input and never writes it; its C type lacks the const.
                stream.next_in = UnsafeMutablePointer(
                    mutating: source.bindMemory(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(target.count)
                return deflate(&stream, Z_FINISH) == Z_STREAM_END ? target.count - Int(stream.avail_out) : 0
            }
        }
        return status > 0 ? output : nil
    }
}
