package import PunctualCore
package import Tracing

/// Where in an execution's trace a span stands that has no parent in this process.
package enum ExecutionPlace: Hashable, Sendable {
    /// It is the trace's first span.
    case root(Identifier)
    /// It is the span of an attempt, below the first.
    case attempt(Identifier, Int)
    /// Below the first, under an id of its own.
    case within(Identifier)

    package var execution: Identifier {
        switch self {
        case .root(let id), .attempt(let id, _), .within(let id): id
        }
    }
}

extension ServiceContext {
    private enum Key: ServiceContextKey {
        typealias Value = ExecutionPlace
        static var nameOverride: String? { "punctual.execution" }
    }

    /// Where a span without a parent belongs. Whoever makes the tracer tells it what ids that gives; a tracer that does not
    /// know makes a trace of its own.
    package var executionPlace: ExecutionPlace? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
