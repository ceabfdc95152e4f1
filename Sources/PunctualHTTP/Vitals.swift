internal import PunctualJSON
internal import PunctualSchedule

/// How a process is, for `/health`.
package struct Vitals: Sendable {
    /// nil where the system does not tell.
    package var uptime: Duration?
    package var memoryBytes: Int64?
    package var memoryLimitBytes: Int64?
    /// Spent since the start.
    package var cpuSeconds: Double?
    /// Of one processor, since the reading before.
    package var cpuPercent: Double?
    package var openFiles: Int?
    /// Connections of callers, and how many there may be.
    package var httpConnections = 0
    package var httpConnectionLimit: Int?
    /// Connections to the database by state, with their limit and who waits; empty where there are none.
    package var databaseConnections: [(name: String, count: Int)] = []

    package init() {}

    /// The members that the metrics of `/health` have of it.
    var members: [(String, JSONValue)] {
        func rounded(_ value: Double?) -> JSONValue {
            value.map { .double(($0 * 1000).rounded() / 1000) } ?? .null
        }
        func whole(_ value: Int64?) -> JSONValue { value.map { .int($0) } ?? .null }
        var connections = JSONObject()
        connections["http"] = .int(Int64(httpConnections))
        connections["http_limit"] = whole(httpConnectionLimit.map { Int64($0) })
        for (name, count) in databaseConnections { connections["database_\(name)"] = .int(Int64(count)) }
        return [
            ("uptime_seconds", whole(uptime.map { $0.components.seconds })), ("memory_bytes", whole(memoryBytes)),
            ("memory_limit_bytes", whole(memoryLimitBytes)), ("cpu_seconds", rounded(cpuSeconds)),
            ("cpu_percent", rounded(cpuPercent)), ("open_files", whole(openFiles.map { Int64($0) })),
            ("connections", .object(connections)),
        ]
    }
}
