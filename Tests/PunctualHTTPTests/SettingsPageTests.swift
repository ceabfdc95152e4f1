import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualTestKit
import Testing

@Suite("The page of settings", .timeLimit(.minutes(2)))
struct SettingsPageTests {
    @Test("says what the node runs with, and how each part is")
    func node() async throws {
        var scene = APIScene()
        var vitals = Vitals()
        (vitals.uptime, vitals.memoryBytes, vitals.memoryLimitBytes) = (.seconds(7260), 412_000_000, 2_000_000_000)
        vitals.databaseConnections = [("idle", 3)]
        let told = vitals
        scene.services.vitals = { told }
        scene.services.parts = {
            [PartHealth(name: "redis", status: .impaired, detail: "it may not write <here>")]
        }
        try await scene.run { client in
            let page = try await client.page("/settings")
            #expect(page.status == 200)
            for text in [
                "test", "2 h 1 min", "412 MB of 2,000 MB", "3 idle", "Store", "Redis", "Impaired",
                "it may not write &lt;here&gt;", "href=\"/docs\"", "href=\"/metrics\"", "It is 1 Jan",
            ] {
                #expect(page.text.contains(text), "\(text)")
            }
        }
    }

    @Test("a level is changed and taken back, at the node that was looked at alone")
    func levels() async throws {
        try await withAPI { client, _ in
            func level() async throws -> JSONValue? {
                try await client.send(.get, "/api/v1/log-levels").json["items"]?[1]?["level"]
            }
            let page = try await client.page("/settings")
            #expect(page.text.contains("punctual.http") && !page.text.contains("Take back"))
            let fields = [("label", "punctual.http"), ("level", "trace"), ("for", "15m"), ("action", "set")]
            let other = try await client.post("/settings/log-levels", fields + [("node", "n2")])
            #expect(other.flash.hasPrefix("bad:Nothing was changed: you looked at node n2"))
            #expect(try await level() == "info")
            let set = try await client.post("/settings/log-levels", fields + [("node", "test")])
            #expect(set.location == "/settings" && set.flash == "good:punctual.http logs from trace on, for 15m.")
            #expect(try await level() == "trace")
            #expect(try await client.page("/settings").text.contains("Take back the change of punctual.http"))
            let back = [("label", "punctual.http"), ("node", "test"), ("action", "reset")]
            #expect(try await client.post("/settings/log-levels", back).flash.hasPrefix("good:"))
            #expect(try await level() == "info")
            for fields in [[], [("label", "x")], [("label", "punctual"), ("level", "<b>")]] {
                #expect(try await client.post("/settings/log-levels", fields).flash.hasPrefix("bad:"))
            }
        }
    }
}
