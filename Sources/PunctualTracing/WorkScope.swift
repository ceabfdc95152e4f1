package import PunctualCore

/// What the code that runs is about, so that every log line of it can say so.
package struct WorkScope: Sendable {
    /// Of this task; nil outside requests and attempts.
    @TaskLocal package static var current: WorkScope?

    /// Of the request that is answered.
    package var requestID: String?
    /// What is worked on.
    package var executionID: Identifier?
    package var jobID: Identifier?
    package var attempt: Int?

    package init() {}

    /// Runs the body under this scope.
    package func cover<Value, Fault: Error>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        let result: Result<Value, Fault> = await Self.$current.withValue(self) {
            do throws(Fault) { return .success(try await body()) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
