internal import AsyncHTTPClient
internal import NIOCore

/// An answer of any length, piece by piece; `PunctualClient.download` opens one.
///
/// Its errors are `ClientError`s: the connection broke before the end, or the server was silent for too long.
public struct AnswerPieces: AsyncSequence, Sendable {
    let address: String
    let body: HTTPClientResponse.Body

    public func makeAsyncIterator() -> Iterator { Iterator(address: address, pieces: body.makeAsyncIterator()) }

    public struct Iterator: AsyncIteratorProtocol {
        let address: String
        var pieces: HTTPClientResponse.Body.AsyncIterator

        public mutating func next() async throws -> [UInt8]? {
            do {
                return try await pieces.next().map { Array($0.readableBytesView) }
            } catch {
                throw PunctualClient.failure(error, address: address)
            }
        }
    }
}
