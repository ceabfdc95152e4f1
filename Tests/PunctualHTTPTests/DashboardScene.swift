import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import Testing

/// A page as a browser gets it.
struct PageAnswer {
    let status: Int
    let text: String
    let headers: HTTPFields

    var location: String? { headers[.location] }

    /// The value that a field of the page is sent with.
    func hidden(_ name: String) -> String? {
        guard let start = text.range(of: #"name="\#(name)" value=""#) else { return nil }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
    }
}

extension TestClientProtocol {
    /// Looks at a page.
    func page(_ path: String, headers: HTTPFields = [:]) async throws -> PageAnswer {
        PageAnswer(try await send(.get, path, headers: headers))
    }

    /// Sends a form as a browser does.
    func post(_ path: String, _ fields: [(String, String)], headers: HTTPFields = [:]) async throws -> PageAnswer {
        let body = fields.map { "\(encoded($0.0))=\(encoded($0.1))" }.joined(separator: "&")
        return PageAnswer(try await form(path, body, headers: headers))
    }

    private func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Makes a job by the API.
    /// - Returns: its id.
    func job(_ json: String = least, headers: HTTPFields = [:]) async throws -> String {
        let answer = try await send(.post, "/api/v1/jobs", json, headers: headers)
        #expect(answer.status == 201, "\(answer.json)")
        return try #require(answer.json["id"]?.string)
    }
}

extension PageAnswer {
    init(_ answer: CallAnswer) {
        self.init(
            status: answer.status, text: String(decoding: answer.body.readableBytesView, as: UTF8.self),
            headers: answer.headers)
    }
}

/// The fields of a form that makes a job.
let jobFields = [
    ("name", "from-the-form"), ("service", "default"), ("queue", "default"), ("priority", "5"),
    ("schedule_type", "cron"), ("cron_expression", "30 2 * * *"), ("cron_timezone", "Europe/Berlin"),
    ("target_type", "noop"),
]
