import Foundation
import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

/// What the API's document says there is.
struct DocumentedOperation: Hashable, Sendable, CustomTestStringConvertible {
    let id: String
    let method: String
    let path: String

    var testDescription: String { id }

    struct Missing: Error {}

    /// Every operation of the OpenAPI document.
    static func all(file: String = #filePath) throws -> [DocumentedOperation] {
        var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        while folder.path != "/" {
            let document = folder.appendingPathComponent("Sources/PunctualHTTP/Resources/openapi.json")
            guard let data = FileManager.default.contents(atPath: document.path) else {
                folder.deleteLastPathComponent()
                continue
            }
            let paths = try JSONValue(parsing: Array(data))["paths"]?.object?.members ?? []
            return paths.flatMap { path in
                (path.value.object?.members ?? []).compactMap { method in
                    method.value["operationId"]?.string.map {
                        DocumentedOperation(id: $0, method: method.name, path: path.name)
                    }
                }
            }
        }
        throw Missing()
    }

    /// What the call needs, by the words of its path and method alone: reading is a viewer's, doing an operator's, changing
    /// definitions an editor's, and people are an admin's. Written apart from the code, as the other opinion.
    var expected: Expectation {
        guard path.hasPrefix("/api/v1/") else { return path == "/metrics" ? .everywhere(.viewer) : .anybody }
        let words = path.split(separator: "/").dropFirst(2).map(String.init)
        let isDoing = ["pause", "resume", "trigger", "backfill", "retry", "cancel", "claim", "heartbeat", "complete"]
            .contains(words.last)
        let isReading = method == "get"
        switch words[0] {
        case "jobs": return .inService(isReading ? .viewer : isDoing ? .operator : .editor)
        case "executions", "events", "work": return .inService(isReading ? .viewer : .operator)
        case "schedule": return words.last == "status" ? .everywhere(.viewer) : .inService(.operator)
        case "calendar", "dead-letters": return .inService(.viewer)
        case "schedules": return .somewhere(.viewer)
        case "queues", "stats": return .everywhere(isReading ? .viewer : .operator)
        case "limits":
            if words.count > 1, words[1] == "queues" { return .everywhere(isReading ? .viewer : .operator) }
            return .inService(isReading ? .viewer : .editor)
        case "secrets", "notifications": return .inService(.editor)
        case "keys": return .own
        // Reading is for any credential of his, changing what he shows of himself for one that stands for him.
        case "me": return isReading ? .self : .whole
        // Strangers show there who they are.
        case "setup", "providers": return .anybody
        case "sessions": return method == "post" ? .anybody : .self
        default: return .everywhere(.admin)
        }
    }
}

enum Expectation: Hashable, Sendable {
    case anybody
    case own
    case `self`
    case whole
    case somewhere(Role)
    case inService(Role)
    case everywhere(Role)
}

@Suite("Who may do what")
struct OperationTests {
    static let now = Timestamp(seconds: 1_800_000_000)
    static let me = Subject.user(Identifier(high: 1, low: 1))
    static let other = Subject.user(Identifier(high: 2, low: 2))

    @Test("every operation of the document has its rule, and no rule is for nothing")
    func complete() throws {
        #expect(try DocumentedOperation.all().count >= 76)
        let calls = APIOperation.allCases.filter { !$0.isPage }
        #expect(try Set(DocumentedOperation.all().map(\.id)) == Set(calls.map(\.rawValue)))
    }

    /// Somebody as the matrix knows him: the grants that he has, and what of them is worth anything.
    struct Somebody: Sendable, CustomTestStringConvertible {
        let name: String
        let principal: Principal
        /// The role that counts for jobs of `billing`, anywhere at all, and for the whole installation.
        let (here, somewhere, everywhere): (Role?, Role?, Role?)
        var isStranger: Bool { principal.isStranger }
        /// Whether he shows a key that is for less than he may.
        let isNarrowed: Bool
        var testDescription: String { name }

        init(
            _ name: String, grants: [Permission], scopes: [Permission]? = nil, expiresAt: Timestamp? = nil, here: Role?,
            somewhere: Role?, everywhere: Role?
        ) {
            self.name = name
            isNarrowed = name.hasPrefix("admin with a key")
            let grants = grants.enumerated().map { index, permission in
                Grant(
                    id: Identifier(high: 5, low: UInt64(index)), subject: me, permission: permission,
                    expiresAt: expiresAt, createdAt: now, createdBy: "system")
            }
            principal = Principal(me, credential: "session:1", address: nil, grants: grants, scopes: scopes, at: now)
            (self.here, self.somewhere, self.everywhere) = (here, somewhere, everywhere)
        }

        private init(stranger name: String) {
            self.name = name
            isNarrowed = false
            principal = .stranger(from: nil)
            (here, somewhere, everywhere) = (nil, nil, nil)
        }

        static let all: [Somebody] =
            [
                // An expired or revoked credential leaves a stranger: `APIKey.check` and `TokenVerifier` refuse it before.
                Somebody(stranger: "nobody"),
                Somebody("without grants", grants: [], here: nil, somewhere: nil, everywhere: nil),
                Somebody(
                    "with an expired grant", grants: [Permission(.admin, service: nil)], expiresAt: now, here: nil,
                    somewhere: nil, everywhere: nil),
                Somebody(
                    "admin with a key for nothing", grants: [Permission(.admin, service: nil)], scopes: [], here: nil,
                    somewhere: nil, everywhere: nil),
                Somebody(
                    "admin with a key to operate billing", grants: [Permission(.admin, service: nil)],
                    scopes: [Permission(.operator, service: "billing")], here: .operator, somewhere: .operator,
                    everywhere: nil),
                Somebody(
                    "viewer with a key for everything", grants: [Permission(.viewer, service: "billing")],
                    scopes: [Permission(.admin, service: nil)], here: .viewer, somewhere: .viewer, everywhere: nil),
                Somebody(
                    "admin of jobs of another team",
                    grants: [Permission(.admin, service: "billing", labels: ["team": "red"])], here: nil,
                    somewhere: .admin, everywhere: nil),
                Somebody(
                    "editor of jobs of the team", grants: [Permission(.editor, service: nil, labels: ["team": "blue"])],
                    here: .editor, somewhere: .editor, everywhere: nil),
            ]
            + Role.allCases.flatMap { role in
                [
                    Somebody(
                        "\(role.word) of another service", grants: [Permission(role, service: "shipping")], here: nil,
                        somewhere: role, everywhere: nil),
                    Somebody(
                        "\(role.word) of the service", grants: [Permission(role, service: "billing")], here: role,
                        somewhere: role, everywhere: nil),
                    Somebody(
                        "\(role.word) of all", grants: [Permission(role, service: nil)], here: role, somewhere: role,
                        everywhere: role),
                ]
            }

        func may(_ expectation: Expectation, ofOther: Bool) -> Bool {
            func has(_ mine: Role?, _ needed: Role) -> Bool { (mine?.rawValue ?? 0) >= needed.rawValue }
            switch expectation {
            case .anybody: return true
            case .self: return !isStranger
            case .whole: return !isStranger && !isNarrowed
            case .own: return !isStranger && (!ofOther || has(everywhere, .admin))
            case .somewhere(let role): return has(somewhere, role)
            case .inService(let role): return has(here, role)
            case .everywhere(let role): return has(everywhere, role)
            }
        }
    }

    @Test("every operation by everybody is decided as its path and method say", arguments: Somebody.all)
    func matrix(_ somebody: Somebody) throws {
        let rules = AccessRules()
        var allowed = 0
        for documented in try DocumentedOperation.all() {
            let operation = try #require(APIOperation(rawValue: documented.id))
            let ofOther = documented.expected == .own
            let resource: Resource =
                switch documented.expected {
                case .own: .owned(by: Self.other)
                case .inService: .service("billing", labels: ["team": "blue", "tier": "1"])
                default: .none
                }
            let decision = rules.decide(operation, by: somebody.principal, on: resource)
            let wanted = somebody.may(documented.expected, ofOther: ofOther)
            #expect((decision == .allowed) == wanted, "\(documented.id): \(decision)")
            #expect((decision == .signInFirst) == (somebody.isStranger && documented.expected != .anybody))
            if decision == .allowed { allowed += 1 }
            if documented.expected == .own, !somebody.isStranger {
                #expect(rules.decide(operation, by: somebody.principal, on: .owned(by: Self.me)) == .allowed)
            }
        }
        #expect(allowed >= 6)
    }

    @Test("a list shows exactly the jobs that may be read one by one", arguments: Somebody.all)
    func lists(_ somebody: Somebody) {
        let rules = AccessRules()
        let filter = rules.filter(.listJobs, for: somebody.principal)
        for service in ["billing", "shipping", "other"] {
            for labels in [[:], ["team": "blue"], ["team": "red", "x": "y"]] {
                let mayRead = rules.decide(
                    .getJob, by: somebody.principal, on: .service(service, labels: labels))
                #expect(filter.shows(service: service, labels: labels) == (mayRead == .allowed))
            }
        }
        #expect(filter.isEverything == (somebody.everywhere != nil))
        #expect(filter.isNothing == (somebody.somewhere == nil))
    }

    @Test("administration is for the addresses that are listed, if any are")
    func addresses() {
        let rules = AccessRules(adminAddresses: [IPRange("10.0.0.0/8")!])
        let grant = Grant(
            id: Identifier(high: 1, low: 1), subject: Self.me, permission: Permission(.admin, service: nil),
            createdAt: Self.now, createdBy: "system")
        func decide(_ operation: APIOperation, from address: String?) -> AccessDecision {
            let principal = Principal(
                Self.me, credential: "session:1", address: address.flatMap { IPAddress($0) }, grants: [grant],
                scopes: nil, at: Self.now)
            return rules.decide(operation, by: principal, on: .service("billing", labels: [:]))
        }
        #expect(decide(.listUsers, from: "10.1.2.3") == .allowed)
        #expect(decide(.listUsers, from: "::ffff:10.1.2.3") == .allowed)
        #expect(decide(.listUsers, from: "192.0.2.1") == .refused(.address))
        #expect(decide(.listUsers, from: nil) == .refused(.address))
        #expect(decide(.getJob, from: "192.0.2.1") == .allowed)
    }

    @Test("nobody gives away more than he has")
    func passingOn() {
        let rules = AccessRules()
        for somebody in Somebody.all {
            #expect(
                rules.mayPassOn(Permission(.admin, service: nil), by: somebody.principal)
                    == (somebody.everywhere == .admin))
        }
        let editor = Somebody.all.first { $0.name == "editor of the service" }!.principal
        #expect(rules.mayPassOn(Permission(.viewer, service: "billing", labels: ["a": "b"]), by: editor))
        #expect(!rules.mayPassOn(Permission(.viewer, service: "shipping"), by: editor))
        #expect(!rules.mayPassOn(Permission(.viewer, service: nil), by: editor))
    }

    @Test("a group's grants are for those whom a provider names as its members")
    func groups() {
        let grant = Grant(
            id: Identifier(high: 1, low: 1), subject: .group("ops"),
            permission: Permission(.operator, service: "billing"), createdAt: Self.now, createdBy: "system")
        func permissions(_ groups: Set<String>) -> [Permission] {
            Principal(
                Self.me, groups: groups, credential: "token:1", address: nil, grants: [grant], scopes: nil,
                at: Self.now
            ).permissions
        }
        #expect(permissions(["ops", "dev"]) == [grant.permission])
        #expect(permissions(["op", "Ops"]) == [])
    }

    @Test("claims of outside tokens are worth what the mapping says")
    func claims() throws {
        let mapping = ClaimMapping(
            groupsPath: ["realm_access", "roles"],
            rules: [
                .init(path: ["tier"], value: "gold", permission: Permission(.viewer, service: nil)),
                .init(path: ["teams"], value: "billing", permission: Permission(.editor, service: "billing")),
            ])
        let claims = try JSONValue(
            parsing: #"{"realm_access":{"roles":["ops",7,"dev"]},"tier":"gold","teams":["x","billing"]}"#)
        #expect(mapping.groups(of: claims) == ["ops", "dev"])
        var prefixed = mapping
        prefixed.groupPrefix = "partner/"
        #expect(prefixed.groups(of: claims) == ["partner/ops", "partner/dev"])
        #expect(mapping.permissions(of: claims).map(\.role) == [.viewer, .editor])
        for text in ["{}", #"{"tier":"goldfish","teams":"bill"}"#, #"{"tier":{"gold":1},"realm_access":"roles"}"#] {
            let claims = try JSONValue(parsing: text)
            #expect(mapping.groups(of: claims).isEmpty && mapping.permissions(of: claims).isEmpty)
        }
        #expect(ClaimMapping(groupsPath: []).groups(of: ["": "x"]).isEmpty)
    }

    @Test("what two permissions share is what both cover, whatever they are")
    func intersection() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        func permission() -> Permission {
            var labels: [String: String] = [:]
            for name in ["a", "b"] where Bool.random(using: &random) {
                labels[name] = ["1", "2"].randomElement(using: &random)!
            }
            return Permission(
                Role.allCases.randomElement(using: &random)!, service: [nil, "x", "y"].randomElement(using: &random)!,
                labels: labels)
        }
        for _ in 0..<3000 {
            let (one, other) = (permission(), permission())
            let both = one.intersection(other)
            for service in ["x", "y", "z"] {
                for labels in [[:], ["a": "1"], ["a": "2", "b": "1"], ["b": "2"], ["a": "1", "b": "2"]] {
                    for role in Role.allCases {
                        func allows(_ permission: Permission?) -> Bool {
                            permission.map { $0.role >= role && $0.covers(service: service, labels: labels) } ?? false
                        }
                        if allows(both) != (allows(one) && allows(other)) {
                            Issue.record("seed \(seed): \(one), \(other)")
                        }
                    }
                }
            }
            if Permission(json: one.json) != one { Issue.record("seed \(seed): \(one)") }
        }
    }

    @Test("permissions and subjects of another form are not read")
    func unreadable() throws {
        for text in [
            "{}", "[]", #"{"role":"viewer"}"#, #"{"role":"owner","service":"*"}"#, #"{"role":"viewer","service":""}"#,
            #"{"role":"viewer","service":"a","labels":[]}"#, #"{"role":"viewer","service":"a","labels":{"a":1}}"#,
            #"{"role":"viewer","service":"a","extra":1}"#, #"{"role":"Viewer","service":"a"}"#,
        ] { #expect(Permission(json: try JSONValue(parsing: text)) == nil, "\(text)") }
        for text in ["", "user", "user:", "user:x", "group:", "admin:0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11"] {
            #expect(Subject(text) == nil)
        }
        for subject in [Self.me, .serviceAccount(Identifier(high: 3, low: 4)), .group("a:b c")] {
            #expect(Subject(subject.text) == subject)
        }
    }
}
