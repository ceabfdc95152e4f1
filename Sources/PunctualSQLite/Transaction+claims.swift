internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// The turns of a lane's services; hints, which a claim that comes to nothing may leave a little off.
final class LaneTurns: Sendable {
    private let state = Mutex(ServiceTurns())

    var now: ServiceTurns { state.withLock { $0 } }

    func gave(_ executions: [Execution]) { state.withLock { $0.gave(executions) } }
}

extension Transaction {
    private typealias Waiting = (execution: Execution, complaint: String?)

    /// The most lines whose executions are compared at once.
    private static let lineLimit = 64

    /// What may be taken now, best first, and what of it cannot be read: one index seek a line, and the rows taken.
    func waiting(
        for request: ClaimRequest, _ turns: LaneTurns
    ) throws -> [(execution: Execution, complaint: String?)] {
        guard request.limit > 0 else { return [] }
        let limits = try workLimits()
        if let executions = request.executions {
            let taken = try waiting(among: executions, for: request, limits)
            turns.gave(taken.map(\.execution))
            return taken
        }
        let known = turns.now
        let open = try lines(request.choice).filter { line in
            line.availableAt <= now && request.visible.mayShow(service: line.service)
                && [.init(.queues, line.queue), .init(.services, line.service)].allSatisfy {
                    limits?.room(of: $0) ?? 1 > 0
                }
        }
        var taken: [Waiting] = []
        var order = ClaimOrder(queues: request.queues, limit: request.limit, turns: known, limits: limits)
        for (priority, lines) in Dictionary(grouping: open, by: \.priority).sorted(by: { $0.key > $1.key }) {
            let level = lines.map { (line: $0, turn: known.turn(of: $0.service, priority: priority)) }
                .sorted { ($0.turn, $0.line.availableAt) < ($1.turn, $1.line.availableAt) }.map(\.line)
            var found: [Waiting] = []
            for start in stride(from: 0, to: level.count, by: Self.lineLimit) {
                let room = request.limit - taken.count - found.count
                if room == 0 { break }
                let part = Array(level[start..<min(start + Self.lineLimit, level.count)])
                found += try first(of: part, request, &order, room)
            }
            found.sort { ($0.execution.availableAt, $0.execution.id) < ($1.execution.availableAt, $1.execution.id) }
            taken += found
            if taken.count == request.limit { break }
        }
        try spend(order.limits?.spent ?? [])
        turns.gave(taken.map(\.execution))
        return taken
    }

    /// What the lines give together.
    private func first(
        of lines: [Line], _ request: ClaimRequest, _ order: inout ClaimOrder, _ room: Int
    ) throws -> [(execution: Execution, complaint: String?)] {
        let (filter, rest) = filter(of: request, passing: order.limits?.full ?? [])
        func rows<Row>(
            _ columns: String, of line: Line, read: (inout Columns) throws -> Row
        ) throws -> [Row] {
            let sql = """
                SELECT \(columns) FROM executions
                WHERE status = 'pending' AND lane = ? AND queue = ? AND priority = ? AND service = ?
                    AND available_at <= ?\(filter) ORDER BY available_at, id LIMIT ?
                """
            let most = min(order.room(of: line.queue), room)
            guard most > 0 else { return [] }
            if filter.isEmpty {
                return try database.rows(
                    sql, request.lane.rawValue, line.queue, line.priority, line.service, now, most, read: read)
            }
            let values: [any Bindable] = [request.lane.rawValue, line.queue, line.priority, line.service, now]
            return try database.rows(composed: sql, values + rest + [most], read: read)
        }
        if lines.count == 1, order.limits == nil {
            let found = try rows(Execution.columns, of: lines[0], read: Transaction.read)
            order.take(found.map { ClaimCandidate($0.execution) })
            return found
        }
        let candidates = try lines.flatMap { line in
            try rows(order.limits == nil ? "id, available_at" : "id, available_at, job_id", of: line) { columns in
                let (id, availableAt) = (try columns.identifier(), columns.instant())
                // Of which job it is matters to limits alone.
                return ClaimCandidate(
                    id: id, jobID: order.limits == nil ? id : try columns.identifier(), queue: line.queue,
                    service: line.service, priority: line.priority, availableAt: availableAt)
            }
        }
        return try order.choose(from: candidates).compactMap {
            try database.first(Self.waitingByID, $0.id, read: Transaction.read)
        }
    }

    private static let waitingByID = "SELECT \(Execution.columns) FROM executions WHERE id = ?"

    /// Those of the executions that may be taken now, best first: one seek each.
    private func waiting(
        among executions: Set<Identifier>, for request: ClaimRequest, _ limits: WorkLimits?
    ) throws -> [(execution: Execution, complaint: String?)] {
        let (filter, rest) = filter(of: request)
        let sql = """
            SELECT \(Execution.columns) FROM executions
            WHERE id = ? AND status = 'pending' AND lane = ? AND available_at <= ?
                AND NOT EXISTS (SELECT 1 FROM queues WHERE name = executions.queue AND paused)\(filter)
            """
        var found = try executions.flatMap { id in
            filter.isEmpty
                ? try database.rows(sql, id, request.lane.rawValue, now, read: Transaction.read)
                : try database.rows(composed: sql, [id, request.lane.rawValue, now] + rest, read: Transaction.read)
        }
        found.sort { left, right in
            let (left, right) = (left.execution, right.execution)
            return (-left.priority, left.availableAt, left.id) < (-right.priority, right.availableAt, right.id)
        }
        let choice = request.choice
        found.removeAll { row in
            let row = row.execution
            return !choice.takes(queue: row.queue, service: row.service, priority: row.priority)
                || (limits?.limits(ClaimCandidate(row)) ?? false)
        }
        var left = request.queues
        var taken: [(execution: Execution, complaint: String?)] = []
        for row in found where taken.count < request.limit {
            if left != nil, left?[row.execution.queue, default: 0] ?? 0 <= 0 { continue }
            left?[row.execution.queue]? -= 1
            taken.append(row)
        }
        return taken
    }

    /// What a claim asks of tasks and of who may see them, behind the conditions that each claim has.
    /// - Parameter full: limits that leave no room.
    private func filter(
        of request: ClaimRequest, passing full: Set<WorkLimit.Key> = []
    ) -> (sql: String, values: [any Bindable]) {
        var filter = ""
        var rest: [any Bindable] = []
        if let tasks = request.tasks {
            filter += " AND task IN (\(marks(tasks.count)))"
            rest += tasks.sorted()
        }
        let jobs = full.filter { $0.kind == .jobs }.compactMap { Identifier($0.name) }
        if !jobs.isEmpty {
            filter += " AND job_id NOT IN (\(marks(jobs.count)))"
            rest += jobs
        }
        if !request.visible.isEverything {
            let condition = request.visible.condition(ofExecutions: true)
            filter += " AND \(condition.sql)"
            rest += condition.values
        }
        return (filter, rest)
    }

    private static func read(_ columns: inout Columns) throws -> (execution: Execution, complaint: String?) {
        var complaint: String?
        let execution = try Execution.read(&columns, complaint: &complaint)
        return (execution: execution, complaint: complaint)
    }
}
