package import PunctualSchedule
internal import Synchronization

/// The providers of an installation with their keys, fetched and kept.
///
/// One question to a provider is under way at a time, and whoever wants an answer meanwhile shares it.
package final class ProviderDirectory: Sendable {
    /// In the order of settings.
    package let providers: [Provider]
    private let calls: any ProviderCalls
    private let signingKeys: SigningKeys
    private let report: Report
    private let states: Mutex<[String: ProviderState]>
    private let underWay = Mutex<[String: Task<Void, Never>]>([:])

    /// Told when a provider has gone away, with the fault, and when it is back, with nil.
    package typealias Report = @Sendable (_ provider: String, _ fault: ProviderFault?) -> Void

    /// - Parameter signingKeys: told of the keys by which tokens are judged.
    package init(
        _ providers: [Provider], calls: any ProviderCalls, signingKeys: SigningKeys,
        report: @escaping Report = { _, _ in }
    ) {
        self.providers = providers
        self.calls = calls
        self.signingKeys = signingKeys
        self.report = report
        states = Mutex(Dictionary(providers.map { ($0.name, ProviderState()) }) { first, _ in first })
    }

    /// The provider of that name; nil when there is none.
    package func provider(_ name: some StringProtocol) -> Provider? { providers.first { $0.name == name } }

    /// Asks every provider whose time has come; to be repeated every few seconds.
    package func renew(at now: Timestamp) async {
        await withTaskGroup { group in
            for provider in providers where state(of: provider).isDue(at: now) {
                group.addTask { await self.ask(provider, at: now) }
            }
        }
    }

    /// Asks the issuer's provider because a token has a key that is not known; at most once a minute. Whoever comes while
    /// another one's question is under way waits for the same answer.
    package func renew(issuer: String, at now: Timestamp) async {
        guard let provider = providers.first(where: { $0.issuer == issuer }) else { return }
        await ask(provider, at: now) { self.states.withLock { $0[provider.name]?.mayHurry(at: now) ?? false } }
    }

    /// The provider's addresses, asked for when they are not known yet.
    package func metadata(of provider: Provider, at now: Timestamp) async throws(ProviderFault) -> ProviderMetadata {
        if let metadata = state(of: provider).metadata { return metadata }
        if state(of: provider).isDue(at: now) { await ask(provider, at: now) }
        let state = state(of: provider)
        guard let metadata = state.metadata else { throw state.fault ?? .unreachable("it was not asked yet") }
        return metadata
    }

    /// The keys that are known.
    package func keys(of provider: Provider) -> [String: TokenKey] { state(of: provider).keys }

    /// Exchanges a code, say: a call that is nobody else's.
    func post(
        _ url: String, form: String, authorization: Redacted<String>?
    ) async throws(ProviderFault) -> ProviderReply {
        try await calls.post(url, form: form, authorization: authorization)
    }

    private func state(of provider: Provider) -> ProviderState {
        states.withLock { $0[provider.name] ?? ProviderState() }
    }

    /// - Parameter mayBegin: whether there may be a new question when none is under way.
    private func ask(_ provider: Provider, at now: Timestamp, if mayBegin: () -> Bool = { true }) async {
        let task = underWay.withLock { underWay -> Task<Void, Never>? in
            if let task = underWay[provider.name] { return task }
            guard mayBegin() else { return nil }
            // Awaited by all who want the answer, so it is nobody's child; it ends with the calls' own limits.
            let task = Task { await self.fetch(provider, at: now) }
            underWay[provider.name] = task
            return task
        }
        await task?.value
    }

    private func fetch(_ provider: Provider, at now: Timestamp) async {
        defer { underWay.withLock { $0[provider.name] = nil } }
        do throws(ProviderFault) {
            let document = try await calls.get(provider.discoveryURL).object()
            let metadata = try ProviderMetadata(document, of: provider)
            let reply = try await calls.get(metadata.keysURL)
            let keys = await TokenKey.keys(jwks: try reply.object(), algorithms: provider.algorithms)
            if keys.isEmpty { throw .noKeys }
            let isBack = states.withLock {
                $0[provider.name]?.learn(metadata, keys, cacheControl: reply.cacheControl, at: now) ?? false
            }
            await signingKeys.trust(provider.tokenIssuer(keys), at: now)
            if isBack { report(provider.name, nil) }
        } catch {
            if states.withLock({ $0[provider.name]?.miss(error, at: now) ?? false }) { report(provider.name, error) }
        }
    }
}
