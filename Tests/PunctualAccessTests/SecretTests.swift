import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

@Suite("Secrets")
struct SecretTests {
    private static let old = MasterKeys([("k1", [UInt8](repeating: 1, count: 32))])!
    private static let both = MasterKeys([
        ("k2", [UInt8](repeating: 2, count: 32)), ("k1", [UInt8](repeating: 1, count: 32)),
    ])!
    private static let new = MasterKeys([("k2", [UInt8](repeating: 2, count: 32))])!
    private static let context = SealContext.secret(service: "billing", name: "api", version: 1)
    private static let content = Array("correct horse".utf8)

    private func sealed(_ keys: MasterKeys = old) -> SealedBytes {
        var random = SystemRandomNumberGenerator()
        return keys.seal(Redacted(Self.content), for: Self.context, using: &random)
    }

    @Test("what is sealed opens again, and shows nothing of itself")
    func roundTrip() throws {
        let (one, other) = (sealed(), sealed())
        #expect(try Self.old.open(one, for: Self.context).reveal() == Self.content)
        #expect(one.box != other.box && one.wrappedKey != other.wrappedKey)
        #expect(one.box.count == Self.content.count + 28)
        var random = SystemRandomNumberGenerator()
        let empty = Self.old.seal(Redacted([]), for: Self.context, using: &random)
        #expect(try Self.old.open(empty, for: Self.context).reveal() == [])
    }

    @Test("it opens for nothing else: another name, version, service or kind")
    func bound() {
        let sealed = sealed()
        for context in [
            SealContext.secret(service: "billing", name: "api", version: 2),
            .secret(service: "bill", name: "ingapi", version: 1),
            .secret(service: "billing", name: "ap", version: 1), .secondFactor(of: Identifier(high: 1, low: 1)),
        ] { #expect(throws: MasterKeys.Fault.tampered) { try Self.old.open(sealed, for: context) } }
        let other = self.sealed()
        var mixed = sealed
        mixed.box = other.box
        #expect(throws: MasterKeys.Fault.tampered) { try Self.old.open(mixed, for: Self.context) }
        mixed = sealed
        mixed.masterKeyID = "k2"
        #expect(throws: MasterKeys.Fault.tampered) { try Self.both.open(mixed, for: Self.context) }
    }

    @Test("a single changed bit, a cut or a longer box is found")
    func tampered() {
        let sealed = sealed()
        for path in [\SealedBytes.box, \SealedBytes.wrappedKey] {
            for index in sealed[keyPath: path].indices {
                var changed = sealed
                changed[keyPath: path][index] ^= 1 << UInt8(index % 8)
                #expect(throws: MasterKeys.Fault.tampered) { try Self.old.open(changed, for: Self.context) }
            }
            for bytes in [[], Array(sealed[keyPath: path].dropLast()), sealed[keyPath: path] + [0]] {
                var changed = sealed
                changed[keyPath: path] = bytes
                #expect(throws: MasterKeys.Fault.tampered) { try Self.old.open(changed, for: Self.context) }
            }
        }
    }

    @Test("the master key is changed while everything opens")
    func rotation() throws {
        var random = SystemRandomNumberGenerator()
        let sealed = sealed()
        #expect(try Self.both.open(sealed, for: Self.context).reveal() == Self.content)
        let rewrapped = try Self.both.rewrap(sealed, for: Self.context, using: &random)
        #expect(rewrapped.masterKeyID == "k2" && rewrapped.box == sealed.box)
        #expect(try Self.new.open(rewrapped, for: Self.context).reveal() == Self.content)
        #expect(throws: MasterKeys.Fault.keyMissing("k1")) { try Self.new.open(sealed, for: Self.context) }
        #expect(throws: MasterKeys.Fault.keyMissing("k2")) { try Self.old.open(rewrapped, for: Self.context) }
        #expect(MasterKeys([]) == nil && MasterKeys([("k", [1])]) == nil)
    }

    private let values = [
        "api": Redacted("s3cret"), "line": Redacted("a\r\nX-Evil: 1"), "nested": Redacted("{{secret:api}}"),
    ]

    private func resolved(_ target: Target) throws -> Target { try target.resolved(with: values).reveal() }

    @Test("references are replaced in headers, bodies, environments, payloads and messages")
    func resolving() throws {
        let http = Target.http(
            HTTPTarget(
                url: "https://example.com", headers: [.init(name: "Authorization", value: "Bearer {{secret:api}}")],
                body: ["a": ["{{secret:api}}/{{secret:api}}", 1], "{{secret:api}}": "x"]))
        #expect(try http.secretNames() == ["api"])
        #expect(throws: SecretReference.Fault.malformed) { try http.writtenSecretNames() }
        guard case .http(let target) = try resolved(http) else { return }
        #expect(target.headers.first?.value == "Bearer s3cret")
        #expect(target.body == ["a": ["s3cret/s3cret", 1], "{{secret:api}}": "x"])
        guard
            case .command(let command) = try resolved(
                .command(CommandTarget(argv: ["x"], env: ["K": "{{secret:api}}"])))
        else { return }
        #expect(command.env == ["K": "s3cret"])
        #expect(
            try resolved(.worker(task: "t", payload: ["{{secret:api}}"])) == .worker(task: "t", payload: ["s3cret"]))
        #expect(
            try resolved(.publish(broker: "b", destination: "d", message: "{{secret:api}}"))
                == .publish(broker: "b", destination: "d", message: "s3cret"))
        #expect(try resolved(.noop) == .noop)
    }

    @Test("what a secret holds is not read again, and an unknown one is named")
    func single() throws {
        #expect(
            try resolved(.worker(task: "t", payload: "{{secret:nested}}"))
                == .worker(task: "t", payload: "{{secret:api}}"))
        #expect(throws: SecretReference.Fault.missing("gone")) {
            try resolved(.worker(task: "t", payload: "{{secret:gone}}"))
        }
    }

    @Test("a secret with a line break never becomes a header")
    func headerBreak() {
        let target = Target.http(
            HTTPTarget(url: "https://example.com", headers: [.init(name: "X", value: "{{secret:line}}")]))
        #expect(throws: SecretReference.Fault.unfit("X")) { try resolved(target) }
    }

    @Test(
        "references stand in no URL, argument or name",
        arguments: [
            Target.http(HTTPTarget(url: "https://example.com/{{secret:api}}")),
            .http(HTTPTarget(url: "https://example.com", headers: [.init(name: "{{secret:api}}", value: "x")])),
            .command(CommandTarget(argv: ["x", "{{secret:api}}"])),
            .command(CommandTarget(argv: ["x"], env: ["{{secret:a}}": ""])),
        ])
    func misplaced(target: Target) {
        #expect(throws: SecretReference.Fault.malformed) { try target.secretNames() }
    }

    @Test(
        "references that are none are refused",
        arguments: [
            "{{secret:}}", "{{secret:a b}}", "{{secret:a", "{{secret:ä}}", "{{secret:{{secret:a}}}}",
            "{{secret:" + String(repeating: "a", count: 129) + "}}",
        ])
    func malformed(text: String) {
        #expect(throws: SecretReference.Fault.malformed) {
            try Target.worker(task: "t", payload: .string(text)).secretNames()
        }
    }

    @Test(
        "what was nearly a reference is refused where it is written, and sent as it stands by a job from before",
        arguments: [
            "{{ secret:a }}", "{{secret :a}}", "{{Secret:a}}", "x {{\tSECRET : a", "{{{ secret:a}}}",
            "{{a}}{{ secret:b}}",
        ])
    func near(text: String) throws {
        let value = JSONValue.string(text)
        let targets: [Target] = [
            .worker(task: "t", payload: ["a": [value]]), .publish(broker: "b", destination: "d", message: value),
            .http(HTTPTarget(url: "https://example.com", body: value)),
            .http(HTTPTarget(url: "https://example.com", headers: [.init(name: "X", value: text)])),
            .http(HTTPTarget(url: "https://example.com/\(text)")),
            .command(CommandTarget(argv: ["x"], env: ["K": text])), .command(CommandTarget(argv: [text])),
            .http(HTTPTarget(url: "https://example.com", body: [["a": [text: 1]]])),
        ]
        for target in targets {
            #expect(throws: SecretReference.Fault.malformed) { try target.writtenSecretNames() }
            #expect(try target.secretNames() == [] && resolved(target) == target)
        }
    }

    @Test(
        "other braces are text",
        arguments: ["{{name}}", "{secret:a}", "}}{{", "{{ secrets:a }}", "{{ secret }}", "{{mysecret:a}}", "{{{{{", ""])
    func braces(text: String) throws {
        let target = Target.worker(task: "t", payload: .string(text))
        #expect(try target.writtenSecretNames() == [] && resolved(target) == target)
    }

    @Test("a resolved target is shown by no text of it")
    func redacted() throws {
        let target = try Target.worker(task: "t", payload: "{{secret:api}}").resolved(with: values)
        var dumped = ""
        dump(target, to: &dumped)
        #expect(!"\(target) \(String(reflecting: target)) \([target]) \(dumped)".contains("s3cret"))
    }

    @Test("both versions of a webhook's secret hold through the overlap, the newest first")
    func overlap() throws {
        let now = Timestamp(seconds: 1_800_000_000)
        func record(_ version: Int, until: Timestamp?) -> SecretRecord {
            SecretRecord(
                service: "s", name: "hook", version: version, sealed: sealed(), createdAt: now, createdBy: "user:x",
                expiresAt: until)
        }
        let records = [record(1, until: now), record(2, until: now + .seconds(60)), record(3, until: nil)]
        #expect(records.holding(at: now).map(\.version) == [3, 2])
        #expect(records.holding(at: now + .seconds(60)).map(\.version) == [3])
        var random = SystemRandomNumberGenerator()
        let key = WebhookKey.make(using: &random).reveal()
        #expect(key.wholeMatch(of: /whsec_[A-Za-z0-9+\/]{43}=/) != nil)
    }
}
