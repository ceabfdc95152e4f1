internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// A refusal as people in browsers see it; it holds nothing but what is said here.
struct RefusalPage {
    let response: Response

    /// - Parameter way: where the reader may go on, and what the link says; nil for no link.
    init(
        status: HTTPResponse.Status, title: String, detail: String, way: (path: String, text: String)? = nil,
        _ context: APIContext
    ) {
        let link = way.map { "<p><a href=\"\(Self.escaped($0.path))\">\(Self.escaped($0.text))</a></p>\n" } ?? ""
        let html = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Punctual: \(Self.escaped(title))</title>
            <link rel="stylesheet" href="/docs/docs.css">
            </head>
            <body>
            <main class="problems">
            <h1>\(Self.escaped(title))</h1>
            <p>\(Self.escaped(detail))</p>
            \(link)<p>Request id: <code>\(Self.escaped(context.requestID))</code></p>
            </main>
            </body>
            </html>

            """
        response = Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy:
                    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
