internal import PunctualCore

/// What the lines are at RabbitMQ: a durable queue each, with priorities, bounded, and one place for dead letters.
///
/// A queue's arguments cannot be changed once it is there; whoever changes them here changes the prefix, too.
struct HintTopology: Hashable, Sendable {
    /// Begins the name of everything.
    let prefix: String
    /// Hints that a line holds at most; more are not confirmed.
    let lineLimit: Int

    func name(of line: HintLine) -> String { "\(prefix).\(line.lane.word).\(line.queue)" }

    func queue(for line: HintLine) -> QueueDeclaration {
        QueueDeclaration(
            name: name(of: line),
            arguments: [
                // Ten levels, 0 to 9.
                Field("x-max-priority", .int(9)),
                Field("x-max-length", .int(Int64(lineLimit))),
                Field("x-overflow", .text("reject-publish")),
                Field("x-dead-letter-exchange", .text(deadLetters.name)),
            ],
            deadLetters: deadLetters)
    }

    /// Where messages go that are no hints.
    var deadLetters: DeadLetters {
        DeadLetters(
            name: "\(prefix).dead",
            arguments: [
                Field("x-max-length", .int(10_000)),
                Field("x-message-ttl", .int(7 * 86_400_000)),
            ])
    }
}
