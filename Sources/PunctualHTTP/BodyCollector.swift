internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

extension ResponseBody {
    /// The whole body.
    func collected() async throws -> ByteBuffer {
        let box = BodyBox()
        try await write(BodyCollector(box: box))
        return box.buffer
    }
}

/// Written by one task, read by the same one afterwards.
private final class BodyBox {
    var buffer = ByteBuffer()
}

private struct BodyCollector: ResponseBodyWriter {
    let box: BodyBox

    mutating func write(_ buffer: ByteBuffer) async throws {
        var buffer = buffer
        box.buffer.writeBuffer(&buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
