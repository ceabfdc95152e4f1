internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualCore
internal import PunctualJSON

/// An answer's body as the cache keeps it, with what must be known before somebody may have it.
///
/// Nothing in it is of the request that it was made for: neither who asked, nor the request's id.
struct KeptAnswer: Equatable, Sendable {
    /// Whose it is, for answers that are not made for one kind of asker.
    struct Owner: Equatable, Sendable {
        var service: String
        var labels: [String: String]
    }

    var owner: Owner?
    /// The ETag; nil for an answer without one.
    var version: Int?
    /// How old the replica's data were that it was read from; nil when it came from the primary.
    var staleness: Duration?
    var body: ArraySlice<UInt8>

    init(owner: Owner? = nil, version: Int? = nil, _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        write(&writer)
        (self.owner, self.version, body) = (owner, version, writer.bytes[...])
    }

    init(_ job: Job) {
        self.init(
            owner: Owner(service: job.draft.service, labels: job.draft.labels), version: job.version
        ) { job.write(to: &$0) }
    }

    func response() -> Response {
        var fields: HTTPFields = [.contentType: "application/json"]
        if let version { fields[.eTag] = "\"\(version)\"" }
        return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// The form in which it is kept: version and age as 64 bits each (-1: none), a count of words and the words, each behind
/// its length in 32 bits, and then the body; little-endian.
extension KeptAnswer {
    var bytes: [UInt8] {
        var words: [String] = []
        if let owner {
            words.append(owner.service)
            for (key, value) in owner.labels.sorted(by: { $0.key < $1.key }) { words += [key, value] }
        }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(body.count + 64)
        buffer.writeInteger(Int64(version ?? -1), endianness: .little)
        buffer.writeInteger(staleness.map { Int64($0 / .milliseconds(1)) } ?? -1, endianness: .little)
        buffer.writeInteger(UInt32(words.count), endianness: .little)
        for word in words {
            buffer.writeInteger(UInt32(word.utf8.count), endianness: .little)
            buffer.writeString(word)
        }
        buffer.writeBytes(body)
        return Array(buffer.readableBytesView)
    }

    /// nil when the bytes are no such form.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard let version = reader.integer(Int64.self), let age = reader.integer(Int64.self),
            let count = reader.integer(UInt32.self), count <= 10_000
        else { return nil }
        var words: [String] = []
        for _ in 0..<count {
            guard let word = reader.word() else { return nil }
            words.append(word)
        }
        self.version = version < 0 ? nil : Int(version)
        staleness = age < 0 ? nil : .milliseconds(age)
        if let service = words.first {
            guard words.count % 2 == 1 else { return nil }
            var labels: [String: String] = [:]
            for index in stride(from: 1, to: words.count, by: 2) { labels[words[index]] = words[index + 1] }
            owner = Owner(service: service, labels: labels)
        }
        body = bytes[reader.place...]
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0

        mutating func integer<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
            let size = MemoryLayout<Number>.size
            guard bytes.count - place >= size else { return nil }
            defer { place += size }
            return bytes[place..<place + size].reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
        }

        mutating func word() -> String? {
            guard let length = integer(UInt32.self), bytes.count - place >= Int(length) else { return nil }
            defer { place += Int(length) }
            return String(decoding: bytes[place..<place + Int(length)], as: UTF8.self)
        }
    }
}
