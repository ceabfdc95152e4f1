import PunctualCore
import PunctualSchedule
import Testing

@testable import PunctualAccess

@Suite("Who was found out within the last second")
struct RecentPrincipalsTests {
    private let start = Timestamp(milliseconds: 1_763_700_000_000)

    private func caller(_ secret: String, _ address: String? = nil) -> RecentPrincipals.Caller {
        RecentPrincipals.Caller(.token(Redacted(secret)), address.flatMap { IPAddress($0) })
    }

    @Test(
        "is known for that second alone, and only with the same secret from the same address",
        arguments: [
            ("a", "10.0.0.1", 0, true), ("a", "10.0.0.1", 999, true), ("a", "10.0.0.1", 1000, false),
            ("a", "10.0.0.1", -1, false), ("b", "10.0.0.1", 0, false), ("a", "10.0.0.2", 0, false),
            ("a", nil, 0, false),
        ] as [(String, String?, Int64, Bool)])
    func life(secret: String, address: String?, milliseconds: Int64, isKnown: Bool) {
        let recent = RecentPrincipals(capacity: 10)
        let principal = Principal.stranger(from: IPAddress("10.0.0.1"))
        recent.keep(principal, of: caller("a", "10.0.0.1"), at: start, since: 0)
        let found = recent.principal(of: caller(secret, address), at: start + .milliseconds(milliseconds)).principal
        #expect(found == (isKnown ? principal : nil))
    }

    @Test("is forgotten with all else, also what was looked up before and comes after")
    func cleared() {
        let recent = RecentPrincipals(capacity: 10)
        let before = recent.principal(of: caller("a"), at: start).generation
        recent.keep(.stranger(from: nil), of: caller("a"), at: start, since: before)
        recent.clear()
        #expect(recent.principal(of: caller("a"), at: start).principal == nil)
        recent.keep(.stranger(from: nil), of: caller("a"), at: start, since: before)
        let (known, now) = recent.principal(of: caller("a"), at: start)
        #expect(known == nil && now != before)
        recent.keep(.stranger(from: nil), of: caller("a"), at: start, since: now)
        #expect(recent.principal(of: caller("a"), at: start).principal != nil)
    }

    @Test("a crowd takes no more room than there is, and none from who is known; a second later there is room again")
    func crowd() {
        let recent = RecentPrincipals(capacity: 3)
        for number in 0..<100 {
            recent.keep(.stranger(from: nil), of: caller("\(number)"), at: start, since: 0)
        }
        let known = (0..<100).filter { recent.principal(of: caller("\($0)"), at: start).principal != nil }
        #expect(known == [0, 1, 2])
        let later = start + .seconds(1)
        recent.keep(.stranger(from: nil), of: caller("new"), at: later, since: 0)
        #expect(recent.principal(of: caller("new"), at: later).principal != nil)
    }
}
