import Foundation
import PunctualClient
import PunctualJSON
import TestPeers
import Testing

/// Access control as a whole, on two real nodes over a real PostgreSQL, from a fresh database to its dump.
@Suite("Nobody gets in where he does not belong", .timeLimit(.minutes(15)))
struct AccessProofTests {
    private static let environment = [
        "PUNCTUAL_ACCESS_MODE": "required", "PUNCTUAL_LOG_LEVEL": "notice",
        // Callers stand behind a proxy, so that one machine can be many addresses.
        "PUNCTUAL_HTTP_TRUSTED_PROXIES": "127.0.0.1", "PUNCTUAL_LIMITS_USER": "10000",
        "PUNCTUAL_LIMITS_SERVICE": "10000", "PUNCTUAL_LIMITS_ADDRESS": "20", "PUNCTUAL_LIMITS_SIGN_IN": "off",
    ]

    private static func serve(_ uri: String, node: String) -> [String] {
        ["serve", "--port", "0", "--database-url", uri, "--node-id", node]
    }

    @Test("set-up, second factor, a service's own account, rotation under load, viewer, theft, flood, and the dump")
    func story() async throws {
        let uri = try await blocking { try PostgresServer.shared.database() }
        try await withFolder { folder in
            let environment = Self.environment
            try await withServer(Self.serve(uri, node: "n1"), in: folder, environment: environment) { first in
                let line = try await first.background.line(with: "The one-time token is ")
                try await withServer(
                    Self.serve(uri, node: "n2"), in: folder, named: "second", environment: environment
                ) { second in
                    let cluster = ProvenCluster(first: first, second: second)
                    let kept = KeptSecrets()
                    kept.keep("the one-time token", String(line.split(separator: " ").last ?? ""))
                    try await setUp(cluster, kept)
                    let account = try await serviceAccount(cluster, kept)
                    try await rotation(of: account, cluster, kept)
                    try await viewer(cluster, account, kept)
                    try await theft(cluster, kept)
                    try await flood(cluster, kept)
                    try await dump(of: uri, cluster, kept)
                }
            }
        }
    }

    /// The first administrator, with a second factor, by commands alone.
    private func setUp(_ cluster: ProvenCluster, _ kept: KeptSecrets) async throws {
        let password = kept.keep("grace's password", "a long walk by the river")
        let token = kept["the one-time token"]
        let arguments = ["setup", "--token", token, "--name", "grace", "--password-stdin", "--login"]
        #expect(try await cluster.first.punctual(arguments, input: password).status == 0)
        let again = try await cluster.second.punctual(arguments, input: password)
        #expect(again.status == 5, "\(again)")
        let begun = try await cluster.first.punctual(
            "second-factor", "enable", "--password-stdin", "-o", "json", input: password)
        let seed = kept.keep("the seed of the second factor", try begun.json()["secret"]?.string ?? "")
        let confirmed = try await cluster.first.punctual("second-factor", "confirm", try await code(seed, cluster))
        #expect(confirmed.status == 0 && confirmed.lines.count == 10, "\(confirmed)")
        for (index, code) in confirmed.lines.enumerated() { kept.keep("recovery code \(index)", code) }
        kept.keep("grace's first refresh token", try cluster.tokens("default").refresh)
        #expect(try await cluster.first.punctual("logout").status == 0)
        let login = ["login", "--name", "grace", "--password-stdin"]
        let missing = try await cluster.second.punctual(login, input: password)
        #expect(missing.status == 2 && missing.err.contains("--code"), "\(missing)")
        // The code of this half minute is spent; a clock may be one off.
        let next = try await code(seed, cluster, later: 30)
        let signedIn = try await cluster.first.punctual(login + ["--code", next], input: password)
        #expect(signedIn.status == 0, "\(signedIn)")
        let replayed = try await cluster.second.punctual(login + ["--code", next], input: password)
        #expect(replayed.status == 4, "a code is good once: \(replayed)")
        kept.keep("grace's refresh token", try cluster.tokens("default").refresh)
    }

    private func code(_ seed: String, _ cluster: ProvenCluster, later seconds: Int = 0) async throws -> String {
        let script = "import pyotp, sys, time; print(pyotp.TOTP(sys.argv[1]).at(int(time.time()) + int(sys.argv[2])))"
        let said = try await Program.run(Checkout.python, ["-c", script, seed, "\(seconds)"], in: cluster.first.folder)
        return said.lines.first ?? ""
    }

    /// Jobs of two services, and an account that may operate on one of them.
    private func serviceAccount(_ cluster: ProvenCluster, _ kept: KeptSecrets) async throws -> ServiceKey {
        for service in ["billing", "other"] {
            let file = "{name: report, service: \(service), schedule: {type: manual}, target: {type: noop}}"
            #expect(try await cluster.first.punctual("job", "apply", "-f", "-", input: file).status == 0)
        }
        for (name, content) in [
            ("api-token", "the content of a secret"), ("webhook", "whsec_Y29udGVudCBvZiBhIHdlYmhvb2sgc2VjcmV0"),
        ] {
            let said = try await cluster.first.punctual(
                "secret", "set", name, "--service", "billing", input: kept.keep("the secret \(name)", content))
            #expect(said.status == 0, "\(said)")
        }
        for command in [
            ["service-account", "create", "deploy"],
            ["role", "grant", "operator", "--service-account", "deploy", "--service", "billing"],
        ] { #expect(try await cluster.first.punctual(command).status == 0) }
        let made = try await cluster.first.punctual("key", "create", "ci", "--service-account", "deploy")
        let key = kept.keep("the key", made.lines.first ?? "")
        #expect(key.hasPrefix("pk_"), "\(made)")
        let mine = try await cluster.first.json("job", "get", "report", "--service", "billing")["id"]?.string ?? ""
        let theirs = try await cluster.first.json("job", "get", "report", "--service", "other")["id"]?.string ?? ""
        let account = ServiceKey(key: key, job: mine, other: theirs)
        for server in [cluster.first, cluster.second] {
            try await withClient(server, key) { client async throws in
                #expect(try await client.status("GET", "/jobs/\(mine)") == 200)
                #expect(try await client.status("POST", "/jobs/\(mine)/trigger") == 202)
                #expect(try await client.status("GET", "/jobs/\(theirs)") == 404)
                #expect(try await client.status("POST", "/jobs/\(theirs)/trigger") == 404)
                let draft: JSONValue = [
                    "name": "new", "service": "billing", "schedule": ["type": "manual"], "target": ["type": "noop"],
                ]
                #expect(try await client.status("POST", "/jobs", draft) == 403)
                #expect(try await client.status("DELETE", "/jobs/\(mine)") == 403)
                #expect(try await client.status("GET", "/users") == 403)
            }
        }
        return account
    }

    /// Callers on both nodes while the key is rotated; half of them take the new one as soon as it is there.
    private func rotation(of account: ServiceKey, _ cluster: ProvenCluster, _ kept: KeptSecrets) async throws {
        let load = Load(key: account.key)
        let next = try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<16 {
                group.addTask {
                    let server = caller % 2 == 0 ? cluster.first : cluster.second
                    try await load.call("/jobs/\(account.job)", of: server, caller: caller)
                }
            }
            try await eventually("calls are under way") { await load.succeeded >= 800 ? true : nil }
            let rotated = try await cluster.first.punctual("key", "rotate", "ci", "--overlap", "1h")
            #expect(rotated.status == 0, "\(rotated)")
            let next = kept.keep("the rotated key", rotated.lines.first ?? "")
            await load.rotate(to: next)
            let done = await load.succeeded
            try await eventually("calls go on") { await load.succeeded >= max(2000, done + 800) ? true : nil }
            await load.stop()
            try await group.waitForAll()
            return next
        }
        let (succeeded, failures, byNext) = await (load.succeeded, load.failures, load.succeededByNext)
        #expect(failures.isEmpty && succeeded >= 2000 && byNext >= 200, "\(succeeded) \(byNext) \(failures)")
        #expect(next != account.key && next.hasPrefix("pk_"))
    }

    /// Sees everything and changes nothing: each call of the document that changes something is refused.
    private func viewer(_ cluster: ProvenCluster, _ account: ServiceKey, _ kept: KeptSecrets) async throws {
        let password = kept.keep("vera's password", "seven bridges of the old town")
        #expect(
            try await cluster.first.punctual("user", "create", "vera", "--password-stdin", input: password).status == 0)
        #expect(
            try await cluster.first.punctual("role", "grant", "viewer", "--user", "vera", "--all-services").status == 0)
        let login = ["login", "--profile", "vera", "--name", "vera", "--password-stdin"]
        #expect(try await cluster.first.punctual(login, input: password).status == 0)
        #expect(try await cluster.first.punctual("profile", "use", "default").status == 0)
        let tokens = try cluster.tokens("vera")
        let before = try await everything(cluster)
        let document = try JSONValue(parsing: try await cluster.first.call("/openapi.json").body)
        let keys = try await cluster.first.json("key", "list").array ?? []
        let key = keys.first { $0["name"] == "ci" }?["id"]?.string ?? ""
        let refused = try await withClient(cluster.second, tokens.access) { client async throws in
            var refused = 0
            #expect(try await client.status("GET", "/jobs/\(account.job)") == 200)
            for (path, method) in Self.changes(in: document) {
                let isKey = path.hasPrefix("/keys/")
                let filled = path.replacing("{id}", with: isKey ? key : account.job).replacing(
                    "{job_id}", with: account.job
                )
                .replacing("{service}", with: "billing").replacing("{name}", with: "api-token")
                let status = try await client.status(method, filled, [:])
                // Whose key it is, is nobody's business.
                #expect(status == (isKey ? 404 : 403), "\(method) \(filled)")
                refused += 1
            }
            return refused
        }
        #expect(refused >= 30, "\(refused)")
        #expect(try await everything(cluster) == before)
    }

    /// The calls that change what is not the caller's own, below `/api/v1`.
    private static func changes(in document: JSONValue) -> [(path: String, method: String)] {
        let own = ["/setup", "/sessions", "/me/", "/schedules/preview"]
        return (document["paths"]?.object?.members ?? []).flatMap { member -> [(String, String)] in
            guard member.name.hasPrefix("/api/v1") else { return [] }
            let path = String(member.name.dropFirst("/api/v1".count))
            if own.contains(where: path.hasPrefix) { return [] }
            return ["post", "put", "patch", "delete"].filter { member.value[$0] != nil }
                // A key of one's own is one's own.
                .filter { path != "/keys" || $0 != "post" }.map { (path, $0.uppercased()) }
        }
    }

    /// What an administrator sees of all that could be changed.
    private func everything(_ cluster: ProvenCluster) async throws -> [String] {
        var seen: [String] = []
        for command in [
            ["job", "list"], ["execution", "list"], ["queue", "list"], ["user", "list"], ["service-account", "list"],
            ["role", "list"], ["secret", "list", "--service", "billing"],
        ] { seen.append(try await cluster.first.punctual(command + ["-o", "json"]).out) }
        #expect(seen.allSatisfy { $0.contains("\"") }, "\(seen)")
        return seen
    }

    /// Somebody shows a refresh token that its owner has used: the owner's whole sign-in ends, and so does the thief's.
    private func theft(_ cluster: ProvenCluster, _ kept: KeptSecrets) async throws {
        let environment = ["PUNCTUAL_PROFILE": "vera", "PUNCTUAL_URL": ""]
        func vera() async throws -> Said {
            try cluster.endAccess(of: "vera")
            return try await Program.punctual(["whoami"], in: cluster.first.folder, environment: environment)
        }
        let stolen = kept.keep("vera's stolen refresh token", try cluster.tokens("vera").refresh)
        for number in 1...2 {
            #expect(try await vera().status == 0)
            kept.keep("vera's refresh token \(number)", try cluster.tokens("vera").refresh)
        }
        let last = try cluster.tokens("vera")
        #expect(last.refresh != stolen)
        let form = "grant_type=refresh_token&client_id=punctual&refresh_token=\(stolen)"
        let shown = try await cluster.second.call("/oauth/token", "--data", form)
        #expect(shown.status == 400 && shown.body.contains("invalid_grant"), "\(shown)")
        let out = try await vera()
        #expect(out.status == 4, "\(out)")
        for server in [cluster.first, cluster.second] {
            try await eventually("the access token is void at both nodes", within: .seconds(60)) {
                try await server.call("/api/v1/me", "-H", "Authorization: Bearer \(last.access)").status == 401
                    ? true : nil
            }
        }
        let log = try await cluster.first.punctual("audit", "list", "-o", "jsonl")
        #expect(log.out.contains("a used refresh token was shown"), "\(log)")
    }

    /// One address asks without end; nobody else is refused anything.
    private func flood(_ cluster: ProvenCluster, _ kept: KeptSecrets) async throws {
        let key = kept["the rotated key"]
        let path = "/api/v1/jobs"
        let wrk = try Program.installed("wrk")
        let flood = [
            "-t1", "-c16", "-d8s", "-H", "X-Forwarded-For: 203.0.113.9", "-H", "Authorization: Bearer \(key)",
            cluster.first.address + path,
        ]
        async let flooded = Program.run(wrk, flood, in: cluster.first.folder)
        let others = try await withClient(cluster.first, key) { client async throws in
            var others = 0
            for number in 0..<200 {
                let headers = [("x-forwarded-for", "198.51.100.\(number % 50)")]
                #expect(try await client.status("GET", "/jobs", headers: headers) == 200)
                others += 1
            }
            return others
        }
        let said = try await flooded
        let refused = said.out.firstMatch(of: /Non-2xx or 3xx responses: (\d+)/).flatMap { Int($0.1) } ?? 0
        #expect(said.status == 0 && refused > 100 && others == 200, "\(said)")
    }

    /// Nothing in a dump of the database lets anybody in.
    private func dump(of uri: String, _ cluster: ProvenCluster, _ kept: KeptSecrets) async throws {
        let person = #"{"name":"vera","password":"\#(kept["vera's password"])","cookie":true}"#
        let session = try await cluster.first.call(
            "/api/v1/sessions", "--include", "-H", "Content-Type: application/json", "-d", person)
        let cookie = session.body.firstMatch(of: /punctual=([^;\s]+)/).map { String($0.1) } ?? ""
        #expect(
            try await cluster.second.call("/api/v1/me", "--cookie", "punctual=\(cookie)").status == 200, "\(session)")
        kept.keep("a session's cookie", cookie)
        kept.keep("the master key", cluster.first.folder.read(".local/state/punctual/master.key"))
        let text = try await blocking { try PostgresServer.shared.run("pg_dump", ["-d", uri]) }
        // What may be there is there: the dump is whole.
        for word in [
            "vera", "api-token", "service_account", "rotateKey",
            String(kept["the key"].split(separator: "_")[1].prefix(8)),
        ] {
            #expect(text.contains(word), "\(word) is missing in the dump")
        }
        let found = kept.found(in: text)
        #expect(found.isEmpty, "the dump holds \(found)")
        #expect(kept.found(in: text + kept.planted()) == kept.all.keys.sorted(), "the search finds what is there")
    }
}
