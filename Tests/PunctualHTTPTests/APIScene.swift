import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

/// The API over the reference store and a clock that stands still.
struct APIScene {
    let clock = ManualClock()
    let store: MemoryStore
    var services: APIServices

    private struct SilentBell: Bell {
        func jobsChanged() {}
        func workWaiting() {}
        func workCancelled() {}
        func shardsFreed() {}
    }

    init() {
        store = MemoryStore(clock: clock)
        let zones = ZoneCatalog { name in
            FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").map { Array($0) }
        }
        services = APIServices(
            store: store, zones: zones, clock: clock, bell: SilentBell(), nodeID: "test", version: "0",
            metricsText: { _ in "" }, isAccepting: { true }, events: EventLog(epoch: clock.now()),
            outsideWork: OutsideWork(rings: { 0 }) { _, limit in
                try await Task.sleep(for: min(limit, .milliseconds(20)))
            })
        services.logLevels = HeldLevels()
        services.notifications = (store, SentNotifications())
        services.minutes = FleetMinutes(store, events: services.events, node: "test", clock: clock)
        // Readers that have gone are noticed sooner.
        services.bounds.silence = .seconds(1)
    }

    /// - Parameter setup: `.router` without a socket, `.live` with one.
    func run(
        _ setup: TestingSetup = .router, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let application = Application(
            router: buildRouter(services).router, server: .punctual(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)))
        try await application.test(setup) { try await body($0) }
    }
}

/// Asks again and again until it is so; the test's own limit ends what never is.
func until(_ isSo: () async throws -> Bool) async throws {
    while try await !isSo() { try await Task.sleep(for: .milliseconds(5)) }
}

/// The API over the reference store, without a socket.
func withAPI(
    _ body: @escaping @Sendable (any TestClientProtocol, MemoryStore) async throws -> Void
) async throws {
    let scene = APIScene()
    try await scene.run { try await body($0, scene.store) }
}

/// What a call answered.
struct CallAnswer {
    let status: Int
    let json: JSONValue
    let headers: HTTPFields
    let body: ByteBuffer
}

extension TestClientProtocol {
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, type: String = "application/json",
        headers: HTTPFields = [:]
    ) async throws -> CallAnswer {
        var headers = headers
        if body != nil { headers[.contentType] = type }
        return try await execute(uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        { response in
            let bytes = Array(response.body.readableBytesView)
            let type = response.headers[.contentType] ?? ""
            let isJSON = type.contains("json") && !type.contains("ndjson")
            let isPlain = response.headers[.contentEncoding] == nil
            return CallAnswer(
                status: Int(response.status.code),
                json: isJSON && isPlain && !bytes.isEmpty ? try JSONValue(parsing: bytes) : .null,
                headers: response.headers, body: response.body)
        }
    }
}

/// The least that makes a job.
let least = #"{"name":"n","schedule":{"type":"cron","expression":"0 9 * * *"},"target":{"type":"noop"}}"#

/// Takes every message and brings it nowhere.
struct SentNotifications: NotificationSender {
    func send(_ message: NotificationMessage) async -> NotificationOutcome {
        switch message.rule.name {
        case "fails": .failed("status 404, expected 200-299", isRetryable: false, retryAfter: nil)
        case "partly": .partly(refused: "x@example.com: 550 no", left: [], why: "")
        default: .sent
        }
    }
}
