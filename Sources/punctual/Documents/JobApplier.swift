internal import PunctualClient
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// Brings the server's jobs to what documents say: creates, updates, or leaves alone.
struct JobApplier {
    enum Action: String { case created, updated, unchanged, failed, deleted }

    struct Outcome {
        let name: String
        let service: String
        let action: Action
        let id: String?
        /// The differences, or why it failed.
        let detail: String
        let status: ExitStatus

        var json: JSONValue {
            [
                "name": .string(name), "service": .string(service), "action": .string(action.rawValue),
                "id": id.map(JSONValue.string) ?? .null, "detail": detail.isEmpty ? .null : .string(detail),
            ]
        }
    }

    static let view = View(
        key: "id",
        columns: [
            View.field("name", "name", limit: 48), View.field("service", "service"), View.field("action", "action"),
            View.field("detail", "detail", limit: 100),
        ])

    let server: Server
    let dryRun: Bool

    /// One job; a refusal is an outcome, a server that can't be reached an error.
    func apply(_ job: JSONObject) async throws -> Outcome {
        let name = Cell.text(job["name"])
        let service = job["service"]?.string ?? "default"
        func outcome(_ action: Action, id: String?, _ detail: String = "") -> Outcome {
            Outcome(name: name, service: service, action: action, id: id, detail: detail, status: .ok)
        }
        do {
            if dryRun, let complaint = JobApplier.complaint(about: job) {
                return Outcome(
                    name: name, service: service, action: .failed, id: nil, detail: complaint, status: .failed)
            }
            guard let current = try await current(named: name, service: service) else {
                if dryRun { return outcome(.created, id: nil) }
                return outcome(.created, id: try await server.send("POST", "/jobs", .object(job))["id"]?.string)
            }
            let id = Cell.text(current["id"])
            let difference = JobDifference(from: current.object ?? JSONObject(), to: job)
            if difference.changes.isEmpty { return outcome(.unchanged, id: id) }
            if !dryRun {
                _ = try await server.send("PUT", "/jobs/\(id)", .object(job), version: current["version"]?.int)
            }
            return outcome(.updated, id: id, difference.text())
        } catch let error as ClientError where error.status != nil && error.status != 401 {
            return Outcome(
                name: name, service: service, action: .failed, id: nil, detail: "\(error)",
                status: Ending.status(of: error))
        }
    }

    /// nil when there is none, also for a name that none could have: then the server tells of every fault at once when
    /// the job is sent.
    private func current(named name: String, service: String) async throws -> JSONValue? {
        do {
            return try await server.job(named: name, service: service)
        } catch let error as ClientError where error.status == 422 {
            return nil
        }
    }

    /// What the server would say against the job, by the rules and the zones of this program; nil when nothing.
    private static func complaint(about job: JSONObject) -> String? {
        do {
            _ = try JobDraft(json: .object(job), zones: SystemZones.catalog)
            return nil
        } catch {
            let lines = error.faults.map { "\($0.pointer.isEmpty ? "" : "\($0.pointer): ")\($0.detail)" }
            return lines.joined(separator: "; ")
        }
    }
}
