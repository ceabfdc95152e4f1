internal import Crypto
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAPI

/// The style and the modules of the dashboard, under an address that changes with them.
enum DashboardAssets {
    private static let files = EmbeddedResources.dashboard.filter { !$0.name.hasSuffix(".mustache") }

    /// Of all together: modules name each other by their plain names.
    static let version: String = {
        var hash = SHA256()
        for file in files { hash.update(data: Array("\(file.name) \(file.etag)\n".utf8)) }
        return hash.finalize().prefix(6).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }()

    /// Where they are: `/dashboard/VERSION`.
    static var path: String { "/dashboard/\(version)" }

    static func answer(_ request: Request, _ context: APIContext) throws -> Response {
        guard let name = context.parameters.get("name"), let file = files.first(where: { $0.name == name }) else {
            throw Problem(.notFound, "There is nothing at this path.")
        }
        // A page of another version of this program may ask: it gets what there is, and nobody keeps it.
        let isCurrent = context.parameters.get("version") == version
        let headers: HTTPFields = [
            .contentType: file.contentType, .eTag: "\(file.etag)",
            .cacheControl: isCurrent ? "public, max-age=31536000, immutable" : "no-cache",
        ]
        if request.headers[.ifNoneMatch] == headers[.eTag] { return Response(status: .notModified, headers: headers) }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
