/// Which traces are kept, as OpenTelemetry's `OTEL_TRACES_SAMPLER` names it.
package struct Sampler: Hashable, Sendable {
    package enum Root: Hashable, Sendable {
        case always, never
        /// The part of traces that is kept, 0 to 1.
        case ratio(Double)
    }

    /// What holds where no trace came along.
    package var root: Root
    /// Whether what came along is kept when, and only when, its sender keeps it.
    package var followsParent: Bool

    package init(root: Root = .always, followsParent: Bool = true) {
        self.root = root
        self.followsParent = followsParent
    }

    /// The names that the standard gives.
    package static let names = [
        "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off",
        "parentbased_traceidratio",
    ]

    /// - Parameters:
    ///   - name: one of `names`; nil for another.
    ///   - ratio: of the ones that take one.
    package init?(name: String, ratio: Double) {
        followsParent = name.hasPrefix("parentbased_")
        switch followsParent ? name.dropFirst("parentbased_".count) : name[...] {
        case "always_on": root = .always
        case "always_off": root = .never
        case "traceidratio": root = .ratio(ratio)
        default: return nil
        }
    }

    /// Whether a trace is kept that begins here; every node that is set the same says the same of the same id.
    /// - Parameter traceLow: the lower half of the trace's id; asked for only where it decides.
    package func keeps(traceLow: @autoclosure () -> UInt64) -> Bool {
        switch root {
        case .always: true
        case .never: false
        case .ratio(let ratio):
            // The last 56 bits are the random ones (W3C level 2); those above the threshold are kept.
            traceLow() & 0xFF_FFFF_FFFF_FFFF >= UInt64((1 - min(max(ratio, 0), 1)) * 0x1p56)
        }
    }

    func keeps(_ parent: SpanIdentity?, traceLow: UInt64) -> Bool {
        if followsParent, let parent { return parent.isSampled }
        return keeps(traceLow: traceLow)
    }
}
