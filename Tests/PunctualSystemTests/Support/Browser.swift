import Foundation
import PunctualJSON

/// Somebody's browser: curl with a jar of cookies, which follows no redirect by itself.
struct Browser: Sendable {
    let folder: Folder
    /// The file of its cookies.
    let jar: String

    struct Page: Sendable {
        let status: Int
        /// Where it leads; empty when it leads nowhere.
        let location: String
        let body: String

        func json() throws -> JSONValue { try JSONValue(parsing: body) }
    }

    func open(_ url: String, _ more: String...) async throws -> Page {
        let said = try await Program.run(
            try Program.installed("curl"),
            [
                "--silent", "--globoff", "--max-time", "90", "--cookie", jar, "--cookie-jar", jar, "--write-out",
                "\n%{redirect_url}\n%{http_code}",
            ] + more + [url], in: folder)
        let lines = said.out.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return Page(
            status: Int(lines.last ?? "") ?? 0, location: lines.count > 1 ? lines[lines.count - 2] : "",
            body: lines.dropLast(2).joined(separator: "\n"))
    }

    /// Begins to sign in, and lets the provider send it back.
    /// - Returns: the address of the callback that it would open next; the first page that leads nowhere else.
    func approach(_ login: String) async throws -> (callback: String, page: Page) {
        let begun = try await open(login)
        guard begun.status == 302 else { return ("", begun) }
        let back = try await open(begun.location)
        return (back.location, back)
    }

    /// Signs in.
    func signIn(_ login: String) async throws -> Page {
        let (callback, page) = try await approach(login)
        return callback.isEmpty ? page : try await open(callback)
    }

    /// Another one with the same cookies.
    func copy(_ name: String) throws -> Browser {
        try folder.write(folder.read(jar), to: name)
        return Browser(folder: folder, jar: name)
    }

    /// Whether it holds a session.
    var hasSession: Bool { folder.read(jar).split(separator: "\n").contains { $0.contains("\tpunctual\tps_") } }
}
