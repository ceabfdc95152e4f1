import Testing

@testable import punctual

@Suite("A progress bar")
struct ProgressBarTests {
    @Test(
        "tells what, how far, how much and how fast",
        arguments: [
            (0, 10, "jobs        ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 0%  0/10  0/s"),
            (5, 10, "jobs        ━━━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌ 50%  5/10  2/s"),
            (10, 10, "jobs        ━━━━━━━━━━━━━━━━━━━━━━━━ 100%  10/10  5/s"),
            (0, 0, "jobs        ━━━━━━━━━━━━━━━━━━━━━━━━ 100%  0/0  0/s"),
            // More than was counted before it began.
            (12, 10, "jobs        ━━━━━━━━━━━━━━━━━━━━━━━━ 100%  12/10  6/s"),
        ])
    func line(done: Int, total: Int, wanted: String) {
        #expect(ProgressBar.line("jobs", done, of: total, took: .seconds(2)) == wanted)
    }
}
