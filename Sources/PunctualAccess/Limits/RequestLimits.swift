package import PunctualCore

/// Which limits a request counts against, nil where there is none; the figures are the defaults.
package struct RequestLimits: Hashable, Sendable {
    /// Of one address, or of one IPv6 network of 64 bits, since that is what one household gets.
    package var address: LimitPolicy? = LimitPolicy(name: "address", .rate(100, burst: 2, seconds: 10))
    /// Of one user, service account or outside identity, whatever the credential.
    package var principal: LimitPolicy? = LimitPolicy(name: "user", .rate(50, burst: 2, seconds: 10))
    /// Of all callers of one service together.
    package var service: LimitPolicy? = LimitPolicy(name: "service", .rate(200, burst: 2, seconds: 10))
    /// Of sign-ins from one address.
    package var signIn: LimitPolicy? = LimitPolicy(name: "sign-in", .window(quota: 20, seconds: 60))
    /// Of outside workers, in place of the first three.
    package var work: Work? = Work(rate: 500)

    package init() {}

    /// Of an address for what is open to everybody, and for what is not there: ten times its other requests.
    package var open: LimitPolicy? {
        address.map { address in
            switch address.measure {
            case .rate(let rate, let burst, let seconds):
                LimitPolicy(name: "open", .rate(10 * rate, burst: burst, seconds: seconds))
            case .window(let quota, let seconds):
                LimitPolicy(name: "open", .window(quota: 10 * quota, seconds: seconds))
            }
        }
    }

    /// What outside workers' claims, heartbeats and completions count against: each is a single small statement, and comes as
    /// often as there is work.
    package struct Work: Hashable, Sendable {
        /// Of one address, on which several workers may run.
        package let address: LimitPolicy
        /// Of one service account or user.
        package let principal: LimitPolicy
        /// Of all workers of one service together.
        package let service: LimitPolicy
        /// Of credentials that were not good, from one address: nobody guesses faster for calling himself a worker.
        package let refused = LimitPolicy(name: "refused", .rate(100, burst: 2, seconds: 10))

        /// - Parameter rate: calls a second of one service account; an address has twice that, a service four times.
        package init(rate: Int) {
            address = LimitPolicy(name: "work-address", .rate(2 * rate, burst: 2, seconds: 10))
            principal = LimitPolicy(name: "work", .rate(rate, burst: 2, seconds: 10))
            service = LimitPolicy(name: "work-service", .rate(4 * rate, burst: 2, seconds: 10))
        }
    }

    /// What the address has to spare: a flood from one is stopped there and costs nobody else anything.
    package func addressKeys(_ address: IPAddress?, for operation: APIOperation) -> [LimitKey] {
        if operation.isProbe { return [] }
        if operation.requirement == .open { return openKeys(address) }
        guard let address else { return [] }
        let network = RequestLimits.network(of: address)
        let policies = operation.isWork ? [work?.address] : [self.address, operation.isSignIn ? signIn : nil]
        return policies.compactMap { $0.map { LimitKey($0, holder: network) } }
    }

    /// What the address has to spare for what anybody may ask for, and for what is not there.
    package func openKeys(_ address: IPAddress?) -> [LimitKey] {
        guard let address, let open else { return [] }
        return [LimitKey(open, holder: RequestLimits.network(of: address))]
    }

    /// What the address has to spare for credentials that are not good; none where `addressKeys` are enough.
    package func refusalKeys(_ address: IPAddress?, for operation: APIOperation) -> [LimitKey] {
        guard operation.isWork, let work, let address else { return [] }
        return [LimitKey(work.refused, holder: RequestLimits.network(of: address))]
    }

    /// What whoever asks has to spare; none for a stranger.
    /// - Parameter tier: the caller's; nil means no hourly limit. Work is not counted by the hour: there is as much of it as
    ///   jobs make.
    package func principalKeys(_ principal: Principal, tier: CallerTier?, for operation: APIOperation) -> [LimitKey] {
        if principal.isStranger { return [] }
        let policies = operation.isWork ? [work?.principal] : [self.principal, tier?.policy]
        return policies.compactMap { $0.map { LimitKey($0, holder: principal.name) } }
    }

    /// What a service has to spare, whoever asks for it.
    package func serviceKeys(_ service: String, for operation: APIOperation) -> [LimitKey] {
        (operation.isWork ? work?.service : self.service).map { [LimitKey($0, holder: service)] } ?? []
    }

    /// The address, or the first 64 bits of an IPv6 one.
    package static func network(of address: IPAddress) -> String {
        let plain = address.mapped ?? address
        guard plain.bytes.count == 16 else { return plain.description }
        // Sixteen bytes are always an address.
        return IPAddress(bytes: plain.bytes.prefix(8) + [UInt8](repeating: 0, count: 8))!.description
    }
}

extension CallerTier {
    package var policy: LimitPolicy {
        switch self {
        case .basic: LimitPolicy(name: "basic", .window(quota: 1000, seconds: 3600))
        case .standard: LimitPolicy(name: "standard", .window(quota: 10_000, seconds: 3600))
        case .premium: LimitPolicy(name: "premium", .window(quota: 100_000, seconds: 3600))
        }
    }
}

extension LimitDecision {
    /// `RateLimit-Policy`: `"address";q=2000;w=10, "user";q=1000;w=10` (draft-ietf-httpapi-ratelimit-headers-10).
    package var policyField: String {
        items { allowance in
            let quota = allowance.policy.quota
            return ((";q=", quota.amount), (";w=", quota.seconds))
        }
    }

    /// `RateLimit`: `"address";r=1999;t=1`; `t` is the time until the allowance is whole or, when it is exceeded, until the
    /// same request may be tried again.
    package var limitField: String {
        items { ((";r=", $0.remaining), (";t=", Int($0.reset.wholeSecondsUp))) }
    }

    /// A list of the policies' names with two parameters each; as bytes, since every answer carries both fields.
    private func items(
        _ parameters: (Allowance) -> (first: (StaticString, Int), second: (StaticString, Int))
    ) -> String {
        var field: [UInt8] = []
        field.reserveCapacity(48 * allowances.count)
        for allowance in allowances {
            if !field.isEmpty { field.append(contentsOf: [UInt8(ascii: ","), UInt8(ascii: " ")]) }
            field.append(UInt8(ascii: "\""))
            field.append(contentsOf: allowance.policy.name.utf8)
            field.append(UInt8(ascii: "\""))
            let (first, second) = parameters(allowance)
            for (name, number) in [first, second] {
                field.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
                field.append(contentsOf: String(number).utf8)
            }
        }
        return String(decoding: field, as: UTF8.self)
    }

    /// `Retry-After` in whole seconds, 1 at least; nil when the request may go on.
    package var retryAfterField: String? { retryAfter.map { String(max(1, $0.wholeSecondsUp)) } }
}

extension Duration {
    /// Seconds, rounded up.
    fileprivate var wholeSecondsUp: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
