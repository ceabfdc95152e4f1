internal import Synchronization

/// Random numbers that name things, such as requests and spans: never the same twice in a process, and in two processes
/// alike by chance alone. One costs a few nanoseconds, where the system's generator is a call of the kernel. Whoever sees some
/// may know the next ones: secrets are drawn from `SystemRandomNumberGenerator`.
public enum PlainRandom {
    private static let key = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    private static let count = Atomic<UInt64>(0)

    /// 64 bits.
    public static func word() -> UInt64 { pair().low }

    /// 128 bits.
    public static func pair() -> (high: UInt64, low: UInt64) {
        let number = count.wrappingAdd(1, ordering: .relaxed).oldValue
        // Each is a permutation of the count, and the two of different processes agree in both only with the same keys.
        return (mix(key.0 &+ number), mix(key.1 ^ mix(number)))
    }
}
