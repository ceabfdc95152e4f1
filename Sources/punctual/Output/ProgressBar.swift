internal import Foundation

/// How far long work is, on standard error: a bar that moves on a terminal, nothing anywhere else.
struct ProgressBar {
    /// The bar, as a line of text.
    static func line(_ what: String, _ done: Int, of total: Int, took: Duration) -> String {
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
        let filled = Int(share * 24)
        let bar = String(repeating: "━", count: filled) + String(repeating: "╌", count: 24 - filled)
        let seconds = max(0.001, Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18)
        let rate = Int(Double(done) / seconds)
        let name = what.padding(toLength: 11, withPad: " ", startingAt: 0)
        return "\(name) \(bar) \(Int(share * 100))%  \(done)/\(total)  \(rate)/s"
    }

    private let began = ContinuousClock.now
    private var drawn: ContinuousClock.Instant?
    private let isShown = isatty(STDERR_FILENO) == 1

    /// Draws how far it is, at most ten times a second, and its end.
    mutating func show(_ what: String, _ done: Int, of total: Int) {
        let now = ContinuousClock.now
        if let drawn, done < total, now - drawn < .milliseconds(100) { return }
        drawn = now
        guard isShown else { return }
        let end = done >= total ? "\n" : ""
        Console.say("\r\u{1B}[K" + ProgressBar.line(what, done, of: total, took: now - began) + end)
    }
}
