internal import PunctualJSON
internal import PunctualSchedule

/// Who works, and on what everything depends.
enum WorkersView {
    /// A node that was not heard of for so long may be gone: it tells of itself every few seconds.
    private static let silence: Int64 = 20_000

    /// Those that hold executions now, of the newest 200 that run.
    static func workers(_ running: [JSONValue], _ visit: Visit) -> View {
        var held: [String: [JSONValue]] = [:]
        for execution in running { held[execution["worker"]?.string ?? "unknown", default: []].append(execution) }
        let rows = held.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(50).map {
            name, items -> View in
            let first = items.min { ($0["started_at"]?.string ?? "~") < ($1["started_at"]?.string ?? "~") }
            let queues = Set(items.compactMap { $0["queue"]?.string }).sorted()
            return [
                "worker": name, "workerHeld": Wording.count(Int64(items.count)),
                "workerQueues": queues.prefix(6).joined(separator: ", ") + (queues.count > 6 ? " …" : ""),
                "workerLongest": visit.clock.view(first?["started_at"]), "workerJob": first?["job_name"]?.string,
                "workerJobPath": "/jobs/\(first?["job_id"]?.string ?? "")",
            ]
        }
        return [
            "workers": rows, "hasWorkers": !rows.isEmpty, "workerCount": Wording.count(held.count, "worker"),
            "isManyRunning": running.count == 200,
        ]
    }

    static func nodes(_ status: JSONValue, _ visit: Visit) -> View {
        let shards = status["shards"]?.array ?? []
        let nodes = status["nodes"]?.array ?? []
        let rows = nodes.map { node -> View in
            let id = node["node_id"]?.string ?? ""
            let held = shards.filter { $0["holder"]?.string == id }.compactMap { $0["shard"]?.int }
            let seen = (node["last_seen_at"]?.string).flatMap { Timestamp(rfc3339: $0) }
            let isAlive = seen.map { visit.now.milliseconds - $0.milliseconds < silence } ?? false
            return [
                "node": id, "nodeIcon": isAlive ? "#i-ok" : "#i-degraded", "nodeClass": isAlive ? "s-ok" : "s-degraded",
                "nodeWord": isAlive ? "Alive" : "Silent",
                "nodeRoles": (node["roles"]?.array ?? []).compactMap(\.string).joined(separator: ", "),
                "nodeVersion": node["version"]?.string, "nodeAddress": node["address"]?.string,
                "nodeSeen": visit.clock.view(node["last_seen_at"]), "nodeStarted": visit.clock.view(node["started_at"]),
                "nodeHeld": held.isEmpty ? nil : held.map(String.init).joined(separator: " "),
            ]
        }
        return [
            "seesNodes": true, "nodes": rows, "nodeCount": Wording.count(Int64(nodes.count)),
            "shardCount": Wording.count(shards.count, "shard"),
            "orphans": shards.allSatisfy { $0["holder"]?.string != nil }
                ? nil : Wording.count(Int64(shards.count { $0["holder"]?.string == nil })),
            "shards": shards.map { shard -> View in
                let holder = shard["holder"]?.string
                return [
                    "shard": shard["shard"]?.int, "shardHolder": holder, "shardTerm": shard["term"]?.int,
                    "shardExpires": holder == nil ? nil : visit.clock.view(shard["expires_at"]),
                ]
            },
        ]
    }

    /// Store, brokers and caches: how each is, and what is said of it to who may hear it.
    static func parts(_ health: InnerAnswer, _ status: JSONValue?, _ visit: Visit) -> [View] {
        let details = Dictionary(
            (status?["parts"]?.array ?? []).map { ($0["name"]?.string ?? "", $0["detail"]?.string ?? "") }
        ) { first, _ in first }
        return (health.json["services"]?.object?.members ?? []).map { member -> View in
            let word = member.value["status"]?.string ?? ""
            let detail = details[member.name] ?? ""
            let latency = member.value["latency_ms"]?.double
            return [
                "part": member.name, "partStatus": StatusView.view(word),
                "partDetail": detail.isEmpty ? nil : detail, "partLatency": latency.map(latencyText),
                "partFault": member.value["last_error"]?.string,
                "partFaultAt": visit.clock.view(member.value["last_error_at"]),
            ]
        }
    }

    /// `0.4 ms`, `12 ms`
    private static func latencyText(_ milliseconds: Double) -> String {
        let tenths = Int((milliseconds * 10).rounded())
        return tenths >= 100 ? "\(tenths / 10) ms" : "\(tenths / 10).\(tenths % 10) ms"
    }
}
