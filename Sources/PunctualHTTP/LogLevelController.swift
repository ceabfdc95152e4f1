internal import Hummingbird
package import Logging
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// How much a node logs, changed while it runs.
package protocol LogLevelControl: Sendable {
    /// Every label of a logger, in order.
    func levels() -> [LogLevelState]
    /// - Parameter duration: when it changes back; nil means when somebody does.
    func set(_ label: String, to level: Logger.Level, for duration: Duration?)
    /// - Returns: whether there was a change to take back.
    func reset(_ label: String) -> Bool
}

/// The level of a label.
package struct LogLevelState: Sendable {
    let label: String
    let level: Logger.Level
    /// Whether somebody has changed this very one.
    let isChanged: Bool
    /// When it changes back; nil means when somebody does.
    let left: Duration?

    package init(label: String, level: Logger.Level, isChanged: Bool, left: Duration?) {
        self.label = label
        self.level = level
        self.isChanged = isChanged
        self.left = left
    }
}

/// `/api/v1/log-levels`: of the node that answers, and of no other.
struct LogLevelController {
    let services: APIServices

    /// How long a change may hold that ends by itself.
    private static let durations = Duration.seconds(1) ... .seconds(7 * 86_400)

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let states = try control().levels()
        return Answer.json { writer in
            writer.beginObject()
            writer.name("node_id")
            writer.string(services.nodeID)
            writer.name("items")
            writer.value(.array(states.map(json)))
            writer.endObject()
        }
    }

    func put(_ request: Request, _ context: APIContext) async throws -> Response {
        let before = try state(context)
        let (level, duration) = try await request.read { fields in
            let level = fields.choice("level", Logger.Level.self)
            fields.requireGiven("level", level)
            return (level, fields.duration("for", Self.durations))
        }
        guard let level else { throw Problem(.validation, "level is required.") }
        try control().set(before.label, to: level, for: duration)
        let after = try state(context)
        note(context, before, after)
        return Answer.json { $0.value(json(after)) }
    }

    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let before = try state(context)
        guard try control().reset(before.label) else {
            throw Problem(.notFound, "The level of this logger is not changed.")
        }
        note(context, before, try state(context))
        return Response(status: .noContent)
    }

    private func control() throws -> any LogLevelControl {
        guard let control = services.logLevels else {
            throw Problem(.notFound, "This node's levels cannot be changed.")
        }
        return control
    }

    private func state(_ context: APIContext) throws -> LogLevelState {
        let states = try control().levels()
        let label = context.parameters.get("label")
        guard let state = states.first(where: { $0.label == label }) else {
            throw Problem(
                .notFound, "There is no such logger; there are \(states.map(\.label).joined(separator: ", ")).")
        }
        return state
    }

    private func note(_ context: APIContext, _ before: LogLevelState, _ after: LogLevelState) {
        context.logger.notice(
            "the level of a logger was changed",
            metadata: ["logger": "\(after.label)", "from": "\(before.level)", "to": "\(after.level)"])
        // Of several nodes it is this one's.
        func told(_ state: LogLevelState) -> JSONValue {
            ["node_id": .string(services.nodeID), "level": .string(state.level.rawValue), "reverts_at": end(of: state)]
        }
        context.audit?.changed("log_level:\(after.label)", from: told(before), to: told(after))
    }

    private func json(_ state: LogLevelState) -> JSONValue {
        [
            "label": .string(state.label), "level": .string(state.level.rawValue), "changed": .bool(state.isChanged),
            "reverts_at": end(of: state),
        ]
    }

    private func end(of state: LogLevelState) -> JSONValue {
        state.left.map { .string("\(services.clock.now() + $0)") } ?? .null
    }
}
