import PunctualTestKit
import Testing

@Suite("The reference broker")
struct BrokerCheckTests {
    @Test("keeps every promise of a broker", arguments: BrokerCheck.all)
    func holds(_ check: BrokerCheck) async throws {
        await #expect(throws: Never.self) { try await check.run(MemoryBrokerHost(MemoryBrokerServer())) }
    }

    @Test("with one of its promises broken is noticed", arguments: MemoryBrokerServer.Twin.allCases)
    func twins(_ twin: MemoryBrokerServer.Twin) async throws {
        let broken = await broken(by: twin)
        #expect(!broken.isEmpty, "nothing notices \(twin.rawValue)")
    }

    @Test("has a broken twin for every check")
    func everyCheckCanFail() async throws {
        let broken = await withTaskGroup(of: Set<String>.self) { group in
            for twin in MemoryBrokerServer.Twin.allCases { group.addTask { await self.broken(by: twin) } }
            return await group.reduce(into: Set()) { $0.formUnion($1) }
        }
        for check in BrokerCheck.all { #expect(broken.contains(check.name), "no twin breaks: \(check.name)") }
    }

    @Test("is held to at least two dozen checks, each with its own sentence")
    func enough() {
        #expect(BrokerCheck.all.count >= 24)
        #expect(Set(BrokerCheck.all.map(\.name)).count == BrokerCheck.all.count)
    }

    /// The sentences that do not hold for the twin.
    private func broken(by twin: MemoryBrokerServer.Twin) async -> Set<String> {
        var broken: Set<String> = []
        for check in BrokerCheck.all {
            let host = MemoryBrokerHost(MemoryBrokerServer(twin: twin), patience: .milliseconds(300))
            do { try await check.run(host) } catch { broken.insert(check.name) }
        }
        return broken
    }
}
