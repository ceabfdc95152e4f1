import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

/// Somebody who asks.
struct Asker: Sendable, CustomTestStringConvertible {
    enum Key: Sendable { case none, good, expired, revoked, ofDisabled }

    let name: String
    let permissions: [Permission]
    var key = Key.good
    var testDescription: String { name }

    static let all: [Asker] =
        [
            Asker(name: "nobody", permissions: [], key: .none),
            Asker(name: "an admin's expired key", permissions: [Permission(.admin, service: nil)], key: .expired),
            Asker(name: "an admin's revoked key", permissions: [Permission(.admin, service: nil)], key: .revoked),
            Asker(name: "a disabled admin's key", permissions: [Permission(.admin, service: nil)], key: .ofDisabled),
            Asker(name: "without grants", permissions: []),
            Asker(name: "admin of other labels", permissions: [Permission(.admin, service: "a", labels: ["t": "x"])]),
            Asker(name: "editor of the labels", permissions: [Permission(.editor, service: nil, labels: ["t": "y"])]),
        ]
        + Role.allCases.flatMap { role in
            [
                Asker(name: "\(role.word) of b", permissions: [Permission(role, service: "b")]),
                Asker(name: "\(role.word) of a", permissions: [Permission(role, service: "a")]),
                Asker(name: "\(role.word) of all", permissions: [Permission(role, service: nil)]),
            ]
        }
}

/// Real things behind the paths: a job of service a with executions, somebody else's key, a user, a grant, a secret.
private struct Things {
    let job: Identifier
    let waiting, failed, running: Identifier
    let (key, account, user, grant): (Identifier, Identifier, Identifier, Identifier)
    let owner: Subject
    static let labels = ["t": "y"]

    init(_ scene: AccessScene) async throws {
        let (store, now) = (scene.scene.store, scene.clock.now())
        func target(_ queue: String) throws -> JobDraft {
            try JobDraft(
                json: [
                    "name": .string("j\(Identifier.random(at: now))"), "service": "a", "labels": ["t": "y"],
                    "queue": .string(queue), "schedule": ["type": "interval", "every": "1h"],
                    "target": ["type": "worker", "task": "t", "payload": 1],
                ], zones: scene.scene.services.zones)
        }
        let queue = "q\(Identifier.random(at: now))"
        job = Identifier.random(at: now)
        _ = try await store.create([
            Job(
                id: job, draft: try target(queue), nextRunAt: now + .seconds(3600), createdBy: "system",
                createdAt: now)
        ])
        let stored = try #require(try await store.job(job))
        var made: [Identifier] = []
        for nonce in 1...3 as ClosedRange<UInt64> {
            let execution = stored.execution(at: now, trigger: .manual, now: now, nonce: nonce)
            _ = try await store.enqueue([execution], of: job, overlap: .allowAll)
            made.append(execution.id)
        }
        let claimed = try await store.claim(
            ClaimRequest(
                worker: "w", lane: .outside, queues: [queue: 2], tasks: nil, limit: 2, lease: .seconds(600)))
        let lease = claimed[0].lease
        _ = try await store.finish(
            AttemptResult(.failed(reason: nil, error: "e", isRetryable: false, retryAfter: nil)).completion(
                of: lease, maxAttempts: 1, policy: RetryPolicy(), random: 0))
        let taken = Set(claimed.map(\.execution.id))
        (failed, running) = (lease.executionID, claimed[1].execution.id)
        waiting = try #require(made.first { !taken.contains($0) })
        let other = try await scene.user("o\(Identifier.random(at: now))")
        (user, owner) = (other.id, .user(other.id))
        account = try await scene.account("s\(Identifier.random(at: now))").id
        key = try await scene.key(of: owner).key.id
        grant = try await scene.grant(owner, Permission(.viewer, service: "a")).id
        try await scene.put("s", "v")
        for key in [WorkLimit.Key(.queues, "q"), .init(.services, "a"), .init(.jobs, "\(job)")] {
            try await store.setLimit(WorkLimit(key, concurrency: 1000))
        }
        try await store.setNotificationRule(
            NotificationRule(
                name: "s", service: "a", channel: .webhook(url: "https://example.com"), createdAt: now, updatedAt: now))
    }
}

extension AccessScene {
    /// Writes a secret of service a.
    func put(_ name: String, _ value: String, service: String = "a") async throws {
        let version = (try await identities.secret(name, service: service).first?.version ?? 0) + 1
        var generator = SystemRandomNumberGenerator()
        let sealed = Self.keys.masterKeys.seal(
            Redacted(Array(value.utf8)), for: .secret(service: service, name: name, version: version),
            using: &generator)
        try await identities.put(
            SecretRecord(
                service: service, name: name, version: version, sealed: sealed, createdAt: clock.now(),
                createdBy: "system"), overlapUntil: clock.now())
    }
}

/// A request to a route with things behind it, and what it is done to.
private struct Probe {
    var path: String
    var body: String?
    var resource = Resource.none
    /// What somebody hears who may not know of the thing.
    var unknown = 404
    var isForm = false

    init(_ route: Route, _ things: Things, asker: String) {
        path = route.path
        let inA = Resource.service("a", labels: Things.labels)
        let draft =
            #"{"name":"\#(things.user)","service":"a","labels":{"t":"y"},"schedule":{"type":"manual"},"target":{"type":"noop"}}"#
        var id = things.job
        switch route.operation {
        case .createJob: (body, resource, unknown) = (draft, inA, 403)
        case .createJobs: body = #"{"items":[\#(draft)]}"#
        case .replaceJob: (body, resource) = (draft, inA)
        case .patchJob: (body, resource) = (#"{"priority":7}"#, inA)
        case .getJob, .deleteJob, .pauseJob, .resumeJob, .triggerJob, .nextOccurrences, .explainJob, .putOnSchedule,
            .takeOffSchedule, .listJobExecutions:
            resource = inA
        case .backfillJob:
            (body, resource) = (#"{"from":"2025-12-31T00:00:00Z","to":"2025-12-31T02:00:00Z"}"#, inA)
        case .previewSchedule: body = #"{"schedule":{"type":"interval","every":"1h"}}"#
        case .calendarJobs: path += "?at=\(Timestamp(milliseconds: 1_767_225_600_000))"
        case .retryExecution: (body, resource) = (#"{"execution_id":"\#(things.failed)"}"#, inA)
        case .getExecution, .readLines, .cancelExecution: (id, resource) = (things.waiting, inA)
        case .claimWork: body = #"{"worker":"w","queues":["q"],"wait":"0s"}"#
        case .heartbeatWork: (body, resource) = (#"{"id":"\#(things.running)","attempt":1,"worker":"w"}"#, inA)
        case .completeWork:
            body = #"{"id":"\#(things.running)","attempt":1,"worker":"w","status":"succeeded"}"#
            resource = inA
        case .heartbeatWorks: body = #"{"items":[{"id":"\#(things.running)","attempt":1,"worker":"w"}]}"#
        case .completeWorks:
            body = #"{"items":[{"id":"\#(things.running)","attempt":1,"worker":"w","status":"succeeded"}]}"#
        case .setUp: body = #"{"token":"t","name":"n","password":"a sentence that only I know"}"#
        case .signIn: body = #"{"name":"\#(asker)","password":"\#(AccessScene.password)"}"#
        case .token: (body, isForm) = ("grant_type=refresh_token&refresh_token=x", true)
        case .revokeToken: (body, isForm) = ("token=x", true)
        case .changePassword:
            body = #"{"current_password":"\#(AccessScene.password)","password":"another sentence of mine"}"#
        case .enrolSecondFactor, .removeSecondFactor: body = #"{"password":"another sentence of mine"}"#
        case .confirmSecondFactor: body = #"{"code":"000000"}"#
        case .createUser: body = #"{"name":"new"}"#
        case .getUser, .deleteUser: id = things.user
        case .patchUser: (id, body) = (things.user, #"{"disabled":true}"#)
        case .createServiceAccount: body = #"{"name":"new"}"#
        case .getServiceAccount, .deleteServiceAccount: id = things.account
        case .patchServiceAccount: (id, body) = (things.account, #"{"disabled":true}"#)
        case .createKey:
            (body, resource) = (#"{"name":"n","owner":"\#(things.owner.text)"}"#, .owned(by: things.owner))
        case .getKey, .rotateKey, .revokeKey: (id, resource) = (things.key, .owned(by: things.owner))
        case .createGrant: body = #"{"subject":"\#(things.owner.text)","role":"viewer","service":"a"}"#
        case .getGrant, .deleteGrant: id = things.grant
        case .listSecrets:
            path += "?service=a"
            (resource, unknown) = (.service("a", labels: [:]), 403)
        case .putSecret: (body, resource, unknown) = (#"{"value":"v"}"#, .service("a", labels: [:]), 403)
        case .deleteSecret: (resource, unknown) = (.service("a", labels: [:]), 403)
        case .getServiceLimit, .deleteServiceLimit: (resource, unknown) = (.service("a", labels: [:]), 403)
        case .putServiceLimit:
            (body, resource, unknown) = (#"{"concurrency":9000}"#, .service("a", labels: [:]), 403)
        case .putLogLevel: body = #"{"level":"debug","for":"1m"}"#
        case .putQueueLimit: body = #"{"rate":{"count":90000,"per":"1s"}}"#
        case .getJobLimit, .deleteJobLimit: resource = inA
        case .putJobLimit: (body, resource) = (#"{"concurrency":9000}"#, inA)
        case .getNotification, .deleteNotification, .testNotification: resource = .service("a", labels: [:])
        case .putNotification:
            body = #"{"service":"a","channel":{"type":"webhook","url":"https://example.com"}}"#
            (resource, unknown) = (.service("a", labels: [:]), 403)
        default: break
        }
        for (name, value) in [
            ("{job_id}", "\(things.job)"), ("{id}", "\(id)"), ("{service}", "a"), ("{provider}", "corp"),
            ("{label}", "punctual"),
            ("{name}", route.path.contains("/queues/") ? "q" : "s"),
        ] {
            path = path.replacingOccurrences(of: name, with: value)
        }
    }
}

/// One after the other: a server that is tested over a socket meanwhile needs its share of the cores.
@Suite("Every call by everybody", .serialized, .timeLimit(.minutes(10)))
struct AccessMatrixTests {
    /// What somebody shows who asks again and again.
    private func credential(of asker: Asker, _ scene: AccessScene) async throws -> (Subject, HTTPFields) {
        let user = try await scene.user("asker", asker.permissions)
        if asker.key == .ofDisabled {
            // The last administrator could not be.
            _ = try await scene.user("root", [Permission(.admin, service: nil)])
            var disabled = user
            disabled.isDisabled = true
            _ = try await scene.identities.update(disabled, ifVersion: user.version)
        }
        let now = scene.clock.now()
        let text = try await scene.key(of: .user(user.id)) { key in
            if asker.key == .expired { key.expiresAt = now }
            if asker.key == .revoked { key.revokedAt = now }
        }.text
        return (.user(user.id), asker.key == .none ? [:] : bearer(text))
    }

    @Test(
        "has the outcome that the rules say, leaves its line in the audit log, and no other 2xx", arguments: Asker.all)
    func matrix(_ asker: Asker) async throws {
        let scene = try await AccessScene()
        let (subject, headers) = try await credential(of: asker, scene)
        let rules = AccessRules()
        let isKnown = asker.key == .good
        try await scene.run { client in
            var (allowed, refused) = (0, 0)
            for route in buildRouter(scene.scene.services).routes {
                // A stream does not end, and the password of the asker is wanted by the calls that follow.
                if route.operation == .events || route.operation == .signOutEverywhere { continue }
                let things = try await Things(scene)
                let probe = Probe(route, things, asker: "asker")
                let principal =
                    isKnown
                    ? Principal(
                        subject, credential: "key:1", address: nil,
                        grants: try await scene.identities.grants(of: [subject]), scopes: nil, at: scene.clock.now())
                    : .stranger(from: nil)
                // The door asks for the operation at all first, then for the thing.
                var decision = rules.decide(route.operation, by: principal, on: .none)
                var isUnknown = false
                if decision == .allowed {
                    decision = rules.decide(route.operation, by: principal, on: probe.resource)
                    if case .refused(.service) = decision { isUnknown = true }
                    if case .refused(.notOwn) = decision { isUnknown = route.operation != .createKey }
                }
                let before = try await scene.identities.auditHead().sequence
                let answer = try await client.send(
                    HTTPRequest.Method(route.method)!, probe.path, probe.body,
                    type: probe.isForm ? "application/x-www-form-urlencoded" : "application/json", headers: headers)
                let what: Comment = "\(route.method) \(probe.path): \(answer.status) \(answer.json), \(decision)"
                let requirement = route.operation.requirement
                switch decision {
                case .allowed where requirement == .open || requirement == .entrance:
                    #expect(answer.status < 500, what)
                    if requirement == .open { #expect(answer.status == 200, what) }
                case .allowed:
                    allowed += 1
                    // A key is no session, and the code is not that of the app that was enrolled just before.
                    let others: [APIOperation: Int] = [
                        .signOut: 409, .confirmSecondFactor: 422,
                    ]
                    if let other = others[route.operation] {
                        #expect(answer.status == other, what)
                    } else {
                        #expect((200...204).contains(answer.status), what)
                    }
                case .signInFirst:
                    refused += 1
                    #expect(answer.status == 401, what)
                case .refused:
                    refused += 1
                    #expect(answer.status == (isUnknown ? probe.unknown : 403), what)
                }
                if route.operation.isAudited, isKnown, requirement != .entrance {
                    let entries = try await scene.identities.auditEntries(from: before + 1, limit: 10)
                    if (200...204).contains(answer.status) {
                        // Of many jobs some may be refused.
                        let isMixed = route.operation == .createJobs
                        let isTold =
                            !entries.isEmpty
                            && entries.allSatisfy { $0.draft.isAllowed && $0.draft.principal == subject.text }
                        #expect(isTold || isMixed, what)
                    } else if answer.status == 403 {
                        #expect(entries.count == 1 && entries.first?.draft.isAllowed == false, what)
                    }
                    #expect(entries.allSatisfy { $0.draft.operation == route.operation.rawValue }, what)
                } else if isKnown, answer.status == 403 {
                    let entries = try await scene.identities.auditEntries(from: before + 1, limit: 10).map(\.draft)
                    #expect(entries.map(\.operation) == [route.operation.rawValue], what)
                    #expect(entries.allSatisfy { !$0.isAllowed && $0.principal == subject.text }, what)
                }
                if isKnown, answer.status == 403, route.path.contains("{") {
                    let entry = try await scene.identities.auditEntries(from: before + 1, limit: 1).first
                    #expect(entry?.draft.resource != nil, what)
                }
            }
            #expect(allowed + refused >= 60)
            #expect(isKnown || allowed == 0)
            #expect(asker.name != "admin of all" || refused == 0)
        }
    }

    @Test("lists show what may be seen and no more")
    func lists() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        let user = try await scene.user(
            "u", [Permission(.viewer, service: "a"), Permission(.operator, service: "b", labels: ["team": "x"])])
        let mine = bearer(try await scene.key(of: .user(user.id)).text)
        try await scene.run { client in
            for (service, team) in [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("c", "x")] {
                let body = """
                    {"name":"n-\(team)","service":"\(service)","labels":{"team":"\(team)"},"queue":"q",
                     "schedule":{"type":"manual"},"target":{"type":"worker","task":"t","payload":1}}
                    """
                let made = try await client.send(.post, "/api/v1/jobs", body, headers: admin)
                #expect(made.status == 201)
                let path = "/api/v1/jobs/\(made.json["id"]?.string ?? "")/trigger"
                #expect(try await client.send(.post, path, headers: admin).status == 202)
            }
            func seen(_ path: String, _ headers: HTTPFields) async throws -> Int? {
                try await client.send(.get, path, headers: headers).json["items"]?.array?.count
            }
            #expect(try await seen("/api/v1/jobs", mine) == 3)
            #expect(try await seen("/api/v1/jobs", admin) == 5)
            #expect(try await seen("/api/v1/executions", mine) == 3)
            #expect(try await seen("/api/v1/executions?service=c", mine) == 0)
            let claim = #"{"worker":"w","queues":["q"],"wait":"0s","max":10}"#
            let claimed = try await client.send(.post, "/api/v1/work/claim", claim, headers: mine)
            #expect(claimed.json["items"]?.array?.compactMap { $0["service"]?.string } == ["b"])
            #expect(try await seen("/api/v1/keys", mine) == 1)
            #expect(try await seen("/api/v1/keys", admin) == 2)
        }
    }

    @Test("an idempotency key is its owner's: another one with the same key and body makes his own")
    func idempotency() async throws {
        let scene = try await AccessScene()
        let (one, two) = (
            try await scene.user("one", [Permission(.editor, service: "default")]),
            try await scene.user("two", [Permission(.editor, service: "default")])
        )
        var headers = [
            bearer(try await scene.key(of: .user(one.id)).text), bearer(try await scene.key(of: .user(two.id)).text),
        ]
        for index in headers.indices { headers[index][HTTPField.Name("Idempotency-Key")!] = "k1" }
        let both = headers
        try await scene.run { client in
            let first = try await client.send(.post, "/api/v1/jobs", least, headers: both[0])
            #expect(first.status == 201)
            #expect(try await client.send(.post, "/api/v1/jobs", least, headers: both[0]).json == first.json)
            #expect(try await client.send(.post, "/api/v1/jobs", least, headers: both[1]).status == 409)
        }
    }
}
