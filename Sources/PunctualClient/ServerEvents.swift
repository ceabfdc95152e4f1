internal import AsyncHTTPClient
internal import NIOCore

/// One server-sent event (WHATWG HTML §9.2).
public struct ServerEvent: Sendable, Equatable {
    /// The place behind this event, for `events(after:)`; nil when the server has named none yet.
    public let id: String?
    /// What kind it is, `message` unless the server says so.
    public let name: String
    public let data: String

    public init(id: String? = nil, name: String = "message", data: String) {
        self.id = id
        self.name = name
        self.data = data
    }
}

/// A stream of events, which ends when the server ends it; `PunctualClient.events` opens one.
///
/// Its errors are `ClientError`s: the connection broke, or the server was silent for too long.
public struct ServerEvents: AsyncSequence, Sendable {
    let address: String
    let body: HTTPClientResponse.Body

    public func makeAsyncIterator() -> Iterator {
        Iterator(address: address, chunks: body.makeAsyncIterator())
    }

    public struct Iterator: AsyncIteratorProtocol {
        let address: String
        var chunks: HTTPClientResponse.Body.AsyncIterator
        private var parser = EventParser()
        /// Parsed and not handed out yet, the next one last.
        private var waiting: [ServerEvent] = []

        init(address: String, chunks: HTTPClientResponse.Body.AsyncIterator) {
            self.address = address
            self.chunks = chunks
        }

        public mutating func next() async throws -> ServerEvent? {
            while waiting.isEmpty {
                let chunk: ByteBuffer?
                do { chunk = try await chunks.next() } catch { throw PunctualClient.failure(error, address: address) }
                guard let chunk else { return nil }
                waiting = try parser.read(chunk.readableBytesView).reversed()
            }
            return waiting.removeLast()
        }
    }
}
