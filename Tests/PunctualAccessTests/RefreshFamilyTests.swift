import PunctualAccess
import PunctualCore
import PunctualSchedule
import Testing

@Suite("Refresh tokens")
struct RefreshFamilyTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let pepper = Pepper([("p1", [UInt8](repeating: 7, count: 32))])!
    private var now: Timestamp { Self.now }

    private static func begin(
        using random: inout some RandomNumberGenerator
    ) -> (RefreshFamily, RefreshToken) {
        RefreshFamily.begin(
            id: Identifier(high: 7, low: 8), subject: .user(Identifier(high: 1, low: 2)), client: "cli", scopes: nil,
            pepper: pepper, at: now, using: &random)
    }

    private func begin() -> (RefreshFamily, RefreshToken) {
        var random = SystemRandomNumberGenerator()
        return Self.begin(using: &random)
    }

    private func use(
        _ family: RefreshFamily, _ token: RefreshToken, client: String = "cli", after seconds: Int = 0
    ) -> RefreshOutcome {
        var random = SystemRandomNumberGenerator()
        return family.use(
            token, client: client, pepper: Self.pepper, at: now + .seconds(seconds), using: &random)
    }

    private func rotated(_ outcome: RefreshOutcome) throws -> (RefreshFamily, RefreshToken) {
        guard case .rotated(let family, let token) = outcome else {
            Issue.record("\(outcome)")
            throw CancellationError()
        }
        return (family, token)
    }

    private func isReuse(_ outcome: RefreshOutcome) -> Bool {
        if case .reused(let family) = outcome { family.revokedAt != nil } else { false }
    }

    private func fault(_ outcome: RefreshOutcome) -> CredentialFault? {
        if case .refused(let fault) = outcome { fault } else { nil }
    }

    @Test("each token is good once and gives the next")
    func rotation() throws {
        var (family, token) = begin()
        for round in 1...50 {
            (family, token) = try rotated(use(family, token, after: round * 60))
            #expect(family.generation == round + 1)
        }
    }

    @Test("a used token revokes the family, and with it the current one")
    func reuse() throws {
        let (family, first) = begin()
        let (second, token) = try rotated(use(family, first))
        let outcome = use(second, first, after: 11)
        #expect(isReuse(outcome))
        guard case .reused(let revoked) = outcome else { return }
        #expect(fault(use(revoked, token, after: 12)) == .revoked)
        #expect(fault(use(revoked, first, after: 12)) == .revoked)
    }

    @Test("a token whose successor never arrived gives another within ten seconds, and the first one is void")
    func lostAnswer() throws {
        let (family, first) = begin()
        let (second, lost) = try rotated(use(family, first))
        let (third, token) = try rotated(use(second, first, after: 3))
        let (fourth, another) = try rotated(use(third, first, after: 10))
        #expect(fourth.generation == 2)
        #expect(isReuse(use(fourth, first, after: 11)))
        // Somebody has the answer that was lost: two parties hold tokens.
        #expect(isReuse(use(fourth, lost, after: 5)))
        #expect(isReuse(use(fourth, token, after: 5)))
        _ = try rotated(use(fourth, another, after: 5))
    }

    @Test("once the successor was used, the one before it is a repetition at once")
    func successorUsed() throws {
        let (family, first) = begin()
        let (second, next) = try rotated(use(family, first))
        let (third, _) = try rotated(use(second, next, after: 1))
        #expect(isReuse(use(third, first, after: 2)))
    }

    @Test("another client's use of a token revokes the family")
    func otherClient() {
        let (family, token) = begin()
        #expect(isReuse(use(family, token, client: "other")))
    }

    @Test("a family ends with its time, and when it lies idle")
    func ends() throws {
        var (family, token) = begin()
        #expect(fault(use(family, token, after: 7 * 86_400)) == .expired)
        for day in 1...29 { (family, token) = try rotated(use(family, token, after: day * 86_400)) }
        #expect(fault(use(family, token, after: 30 * 86_400)) == .expired)
    }

    @Test("an invented token, a cut one and another family's change nothing")
    func invented() throws {
        let (family, token) = begin()
        let text = token.text.reveal()
        #expect(try #require(RefreshToken(text, pepper: Self.pepper)).family == family.id)
        #expect(RefreshToken(String(text.dropLast()), pepper: Self.pepper) == nil)
        // Whoever knows the family's id, but not the server's key, makes no token that revokes it.
        var random = SystemRandomNumberGenerator()
        let theirs = try #require(Pepper([("p1", [UInt8](repeating: 9, count: 32))]))
        let forged = RefreshToken(family: family.id, pepper: theirs, using: &random)
        #expect(RefreshToken(forged.text.reveal(), pepper: Self.pepper) == nil)
        let other = RefreshToken(family: Identifier(high: 9, low: 9), pepper: Self.pepper, using: &random)
        #expect(fault(use(family, other)) == .unknown)
        // After the server's key was changed, tokens of the old one are good.
        let changed = try #require(
            Pepper([("p2", [UInt8](repeating: 1, count: 32)), ("p1", [UInt8](repeating: 7, count: 32))]))
        let old = try #require(RefreshToken(text, pepper: changed))
        #expect(fault(family.use(old, client: "cli", pepper: changed, at: now, using: &random)) == nil)
    }

    /// A store's row: of two that read one version, one writes.
    private struct Row {
        var family: RefreshFamily

        mutating func write(_ new: RefreshFamily, ifVersion version: Int) -> Bool {
            guard family.version == version else { return false }
            family = new
            family.version += 1
            return true
        }
    }

    /// Somebody who refreshes with what he holds.
    private struct Party {
        var token: RefreshToken
        /// What he read and decided before the others went on.
        var pending: (version: Int, outcome: RefreshOutcome)?

        /// Decides with the row as it stands.
        mutating func begin(_ row: Row, at now: Timestamp, using random: inout some RandomNumberGenerator) {
            let outcome = row.family.use(token, client: "cli", pepper: pepper, at: now, using: &random)
            pending = (row.family.version, outcome)
        }

        /// Writes what was decided, if nobody was faster.
        mutating func finish(_ row: inout Row, isAnswerLost: Bool) {
            guard let (version, outcome) = pending else { return }
            pending = nil
            switch outcome {
            case .rotated(let new, let next):
                if row.write(new, ifVersion: version), !isAnswerLost { token = next }
            case .reused(let revoked):
                _ = row.write(revoked, ifVersion: version)
            case .refused: break
            }
        }
    }

    @Test(
        "whatever the order of two parties' requests and however many answers are lost, a stolen token ends the family")
    func theft() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var survived = 0
        for round in 0..<300 {
            let (family, first) = Self.begin(using: &random)
            var row = Row(family: family)
            // The thief has a copy of the owner's token.
            var parties = [Party(token: first), Party(token: first)]
            var now = Self.now
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                now = now + .seconds(Int.random(in: 0...8, using: &random))
                let who = Int.random(in: 0...1, using: &random)
                if parties[who].pending == nil {
                    parties[who].begin(row, at: now, using: &random)
                } else {
                    parties[who].finish(&row, isAnswerLost: Int.random(in: 0...4, using: &random) == 0)
                }
            }
            if row.family.revokedAt == nil { survived += 1 }
            // Each goes on once more, past the grace; whoever is second shows a token that is used up.
            for who in [0, 1, 0] {
                now = now + .seconds(11)
                parties[who].pending = nil
                parties[who].begin(row, at: now, using: &random)
                parties[who].finish(&row, isAnswerLost: false)
            }
            #expect(row.family.revokedAt != nil, "seed \(seed) round \(round)")
        }
        // Else the last steps would never have had anything to do.
        #expect(survived > 10, "seed \(seed)")
    }

    @Test("an owner alone, whose answers get lost and who tries again at once, is never signed out")
    func alone() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let (family, first) = Self.begin(using: &random)
        var row = Row(family: family)
        var owner = Party(token: first)
        var now = Self.now
        for _ in 0..<500 {
            now = now + .seconds(600)
            for retry in 0...3 {
                owner.begin(row, at: now + .seconds(retry * 3), using: &random)
                let isLost = retry < 3 && Bool.random(using: &random)
                owner.finish(&row, isAnswerLost: isLost)
                if !isLost { break }
            }
        }
        #expect(row.family.revokedAt == nil, "seed \(seed)")
    }
}
