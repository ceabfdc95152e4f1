package import PunctualCore

/// Which limits a request counts against; the figures are the defaults.
package struct RequestLimits: Hashable, Sendable {
    /// Of one address, or of one IPv6 network of 64 bits, since that is what one household gets.
    package var address = LimitPolicy(name: "address", .rate(100, burst: 2, seconds: 10))
    /// Of one user, service account or outside identity, whatever the credential.
    package var principal = LimitPolicy(name: "user", .rate(50, burst: 2, seconds: 10))
    /// Of all callers of one service together.
    package var service = LimitPolicy(name: "service", .rate(200, burst: 2, seconds: 10))
    /// Of sign-ins from one address.
    package var signIn = LimitPolicy(name: "sign-in", .window(quota: 20, seconds: 60))

    package init() {}

    /// How much a service may ask for in an hour.
    package enum Tier: String, Hashable, Sendable, CaseIterable {
        case basic, standard, premium

        package var policy: LimitPolicy {
            switch self {
            case .basic: LimitPolicy(name: "basic", .window(quota: 1000, seconds: 3600))
            case .standard: LimitPolicy(name: "standard", .window(quota: 10_000, seconds: 3600))
            case .premium: LimitPolicy(name: "premium", .window(quota: 100_000, seconds: 3600))
            }
        }
    }

    /// The keys of a request, the address first: a flood from one address is stopped there and costs nobody else anything.
    /// - Parameters:
    ///   - service: the one that the request is about, once that is known.
    ///   - tier: the caller's; nil means no hourly limit.
    package func keys(
        principal: Principal, service: String?, tier: Tier?, isSignIn: Bool = false
    ) -> [LimitKey] {
        var keys: [LimitKey] = []
        if let client = principal.address {
            let network = RequestLimits.network(of: client)
            keys.append(LimitKey(address, holder: network))
            if isSignIn { keys.append(LimitKey(signIn, holder: network)) }
        }
        if !principal.isStranger {
            keys.append(LimitKey(self.principal, holder: principal.name))
            if let tier { keys.append(LimitKey(tier.policy, holder: principal.name)) }
        }
        if let service { keys.append(LimitKey(self.service, holder: service)) }
        return keys
    }

    /// The address, or the first 64 bits of an IPv6 one.
    package static func network(of address: IPAddress) -> String {
        let plain = address.mapped ?? address
        guard plain.bytes.count == 16 else { return plain.description }
        // Sixteen bytes are always an address.
        return IPAddress(bytes: plain.bytes.prefix(8) + [UInt8](repeating: 0, count: 8))!.description
    }
}

extension LimitDecision {
    /// `RateLimit-Policy`: `"address";q=2000;w=10, "user";q=1000;w=10` (draft-ietf-httpapi-ratelimit-headers-10).
    package var policyField: String {
        allowances.reduce(into: "") { field, allowance in
            let quota = allowance.policy.quota
            LimitDecision.append(allowance.policy.name, (";q=", quota.amount), (";w=", quota.seconds), to: &field)
        }
    }

    /// `RateLimit`: `"address";r=1999;t=1`; `t` is the time until the allowance is whole or, when it is exceeded, until the
    /// same request may be tried again.
    package var limitField: String {
        allowances.reduce(into: "") { field, allowance in
            let seconds = Int(allowance.reset.wholeSecondsUp)
            LimitDecision.append(
                allowance.policy.name, (";r=", allowance.remaining), (";t=", seconds), to: &field)
        }
    }

    /// Adds an item with two parameters; piece by piece, since each answer carries both fields.
    private static func append(
        _ name: String, _ first: (String, Int), _ second: (String, Int), to field: inout String
    ) {
        field += field.isEmpty ? "\"" : ", \""
        field += name
        field += "\""
        field += first.0
        field += String(first.1)
        field += second.0
        field += String(second.1)
    }

    /// `Retry-After` in whole seconds, 1 at least; nil when the request may go on.
    package var retryAfterField: String? { retryAfter.map { String(max(1, $0.wholeSecondsUp)) } }
}

extension Duration {
    /// Seconds, rounded up.
    fileprivate var wholeSecondsUp: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
