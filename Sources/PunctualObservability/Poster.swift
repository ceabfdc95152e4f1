internal import AsyncHTTPClient
internal import CZlib
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Posts small bodies to one address of the operator's own choice; nothing of it is traced itself.
package final class Poster: Sendable {
    /// What was answered.
    package struct Answer: Sendable {
        package let status: Int
        package let fields: [String: String]
        package let body: [UInt8]
    }

    /// Why nothing was answered, in words without the address.
    package struct Fault: Error, CustomStringConvertible {
        package let description: String
    }

    private let client: HTTPClient
    private let url: String
    private let fields: [(String, String)]
    private let timeout: Duration
    private let packs: Bool

    /// - Parameters:
    ///   - authorities: a PEM file of the certificates to trust in place of the system's.
    ///   - packs: whether bodies go as gzip.
    /// - Throws: `Fault` when the file cannot be read.
    package init(
        url: String, fields: [(String, String)], timeout: Duration, packs: Bool, authorities: String? = nil
    ) throws(Fault) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.timeout.connect = .seconds(10)
        configuration.httpVersion = .http1Only
        configuration.tracing.tracer = nil
        configuration.connectionPool.retryConnectionEstablishment = false
        if let authorities {
            do {
                var tls = TLSConfiguration.makeClientConfiguration()
                let certificates = try NIOSSLCertificate.fromPEMFile(authorities)
                if certificates.isEmpty { throw Fault(description: "there is no certificate in it") }
                tls.trustRoots = .certificates(certificates)
                configuration.tlsConfiguration = tls
            } catch {
                throw Fault(description: "the certificates of \(authorities) cannot be read: \(error)")
            }
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.url = url
        self.fields = fields
        self.timeout = timeout
        self.packs = packs
    }

    /// Closes every connection; nothing may be posted after it.
    package func shutdown() async { try? await client.shutdown() }  // What will not close is dropped with the process.

    /// Posts one body.
    package func post(_ body: [UInt8], type: String) async throws(Fault) -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: type)
        request.headers.add(name: "user-agent", value: "punctual")
        for (name, value) in fields { request.headers.replaceOrAdd(name: name, value: value) }
        var body = body
        if packs, let smaller = Self.packed(body) {
            request.headers.add(name: "content-encoding", value: "gzip")
            body = smaller
        }
        request.body = .bytes(body)
        do {
            return try await answered(request)
        } catch {
            throw Fault(description: error is CancellationError ? "cancelled" : "\(error)")
        }
    }

    /// The library's own limit ends with the head of an answer; this one covers the body, too.
    private func answered(_ request: HTTPClientRequest) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            defer { group.cancelAll() }
            group.addTask { [client, timeout] in
                let limit = TimeAmount.nanoseconds(Int64(timeout / .nanoseconds(1)))
                let response = try await client.execute(request, timeout: limit)
                // Whatever speaks of what was not taken is short, and the status says what matters.
                let answer = try? await response.body.collect(upTo: 65_536)  // So it may be anything.
                let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
                return Answer(
                    status: Int(response.status.code),
                    fields: Dictionary(fields, uniquingKeysWith: { first, _ in first }),
                    body: answer.map { Array($0.readableBytesView) } ?? [])
            }
            group.addTask { [timeout] in
                try await Task.sleep(for: timeout)
                throw HTTPClientError.deadlineExceeded
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    /// As gzip; nil when zlib has no memory left.
    static func packed(_ input: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // Window of 15 bits, and 16 more for gzip's own frame.
        guard
            deflateInit2_(
                &stream, 5, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(input.count)))
        var status = Z_STREAM_ERROR
        let output = input.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: bound) { target, count in
                // zlib reads the input and never writes it; its C type lacks the const.
                stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(bound)
                status = deflate(&stream, Z_FINISH)
                count = bound - Int(stream.avail_out)
            }
        }
        return status == Z_STREAM_END ? output : nil
    }
}
