import Testing

@testable import PunctualEngine

@Suite("Jobs with figures of their own")
struct WatchedJobsTests {
    @Test(
        "are those whose name, and service where it is given, fit a pattern",
        arguments: [
            ("nightly", "any", "nightly", true), ("nightly", "any", "nightly-2", false),
            ("nightly*", "any", "nightly-2", true), ("*report", "any", "weekly/report", true),
            ("*a*b*", "any", "xxaxxbxx", true), ("*a*b*", "any", "xxbxxa", false), ("*", "any", "x", true),
            ("billing:*", "billing", "x", true), ("billing:*", "mail", "x", false),
            ("b*:n", "billing", "n", true), ("", "any", "x", false),
        ])
    func patterns(pattern: String, service: String, name: String, isWatched: Bool) {
        #expect(WatchedJobs([pattern]).watches(service: service, name: name) == isWatched)
        #expect(!WatchedJobs().watches(service: service, name: name), "nobody is watched unless it is said")
    }
}
