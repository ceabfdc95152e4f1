internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import PunctualJSON

extension HTTPClientRequest {
    /// The request with the token as its bearer's; as it is when there is none.
    func showing(_ token: String?) -> HTTPClientRequest {
        guard let token else { return self }
        var request = self
        request.headers.replaceOrAdd(name: "authorization", value: "Bearer \(token)")
        return request
    }

    /// Gives the request the value as its body.
    mutating func setJSON(_ value: JSONValue) {
        let type = method == .PATCH ? "application/merge-patch+json" : "application/json"
        headers.replaceOrAdd(name: "content-type", value: type)
        var writer = JSONWriter()
        writer.value(value)
        body = .bytes(ByteBuffer(bytes: writer.bytes))
    }

    /// Gives the request a body of form fields (WHATWG URL, section 5).
    mutating func setForm(_ fields: [(String, String)]) {
        headers.replaceOrAdd(name: "content-type", value: "application/x-www-form-urlencoded")
        let text = fields.map { "\(PunctualClient.encode($0))=\(PunctualClient.encode($1))" }.joined(separator: "&")
        body = .bytes(ByteBuffer(string: text))
    }
}
