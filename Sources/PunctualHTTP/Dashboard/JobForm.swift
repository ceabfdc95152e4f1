internal import PunctualJSON

/// The form of a job: its texts, the JSON that they stand for, and what is wrong with which.
struct JobForm {
    private(set) var texts: [String: String] = [:]
    private(set) var scheduleType = "cron"
    private(set) var targetType = "http"
    /// By the field's name.
    private(set) var faults: [String: String] = [:]
    /// What belongs to no field.
    private(set) var otherFaults: [String] = []

    private static let all: [JobField] =
        JobField.identity + JobField.policies + JobField.schedules.flatMap(\.fields)
        + JobField.targets.flatMap(\.fields)

    /// Of a new job.
    init() {
        for field in Self.all { texts[field.name] = field.standard }
    }

    /// Of a job that there is.
    init(job: JSONValue) {
        self.init()
        scheduleType = job["schedule"]?["type"]?.string ?? scheduleType
        targetType = job["target"]?["type"]?.string ?? targetType
        for field in fields { texts[field.name] = field.text(of: job) }
    }

    /// As it was sent.
    init(_ sent: FormFields) {
        self.init()
        scheduleType = sent["schedule_type"] ?? scheduleType
        targetType = sent["target_type"] ?? targetType
        for field in Self.all where sent.has(field.name) { texts[field.name] = sent[field.name] ?? "" }
    }

    /// The job's name.
    var name: String {
        get { texts["name"] ?? "" }
        set { texts["name"] = newValue }
    }

    private var scheduleFields: [JobField] { JobField.schedules.first { $0.type == scheduleType }?.fields ?? [] }
    private var targetFields: [JobField] { JobField.targets.first { $0.type == targetType }?.fields ?? [] }

    /// Those that count with the chosen types.
    private var fields: [JobField] { JobField.identity + scheduleFields + targetFields + JobField.policies }

    /// The job as the API wants it; what is empty is left out. Notes what stands for nothing.
    mutating func job() -> JSONValue {
        var object = JSONObject()
        object["schedule"] = ["type": .string(scheduleType)]
        object["target"] = ["type": .string(targetType)]
        for field in fields {
            guard let text = texts[field.name], !text.trimmed.isEmpty else { continue }
            // A zone belongs to a local time; an instant has none.
            if field.name == "once_timezone", (texts["once_local"] ?? "").trimmed.isEmpty { continue }
            switch field.value(of: text) {
            case .success(let value): object = Self.setting(field.path[...], value, in: object)
            case .failure(let complaint): faults[field.name] = complaint.text
            }
        }
        return .object(object)
    }

    private static func setting(_ path: ArraySlice<Substring>, _ value: JSONValue, in object: JSONObject) -> JSONObject
    {
        guard let name = path.first.map(String.init) else { return object }
        var object = object
        object[name] =
            path.count == 1
            ? value : .object(setting(path.dropFirst(), value, in: object[name]?.object ?? JSONObject()))
        return object
    }

    var isFaulty: Bool { !faults.isEmpty || !otherFaults.isEmpty }

    /// Puts what the API finds wrong beside the fields that it is about.
    mutating func take(_ answer: InnerAnswer) {
        if answer.faults.isEmpty { otherFaults.append(answer.detail) }
        for fault in answer.faults {
            let field = fields.filter { fault.pointer == $0.pointer || fault.pointer.hasPrefix("\($0.pointer)/") }
                .max { $0.pointer.utf8.count < $1.pointer.utf8.count }
            if let field {
                faults[field.name] = faults[field.name].map { "\($0); \(fault.detail)" } ?? fault.detail
            } else {
                otherFaults.append("\(fault.pointer) \(fault.detail)")
            }
        }
    }

    var view: View {
        func views(_ fields: [JobField]) -> [View] {
            fields.map { $0.view(texts[$0.name] ?? "", fault: faults[$0.name]) }
        }
        func types(
            _ all: [(type: String, label: String, fields: [JobField])], _ chosen: String, _ kind: String
        ) -> [View] {
            all.map { entry in
                [
                    "typeKind": kind, "type": entry.type, "typeLabel": entry.label, "isType": entry.type == chosen,
                    "typeFields": views(entry.fields),
                ]
            }
        }
        let policyFaults = JobField.policies.contains { faults[$0.name] != nil }
        return [
            "identity": views(JobField.identity), "policies": views(JobField.policies),
            "schedules": types(JobField.schedules, scheduleType, "schedule"),
            "targets": types(JobField.targets, targetType, "target"), "isPolicyFaulty": policyFaults,
            "isFaulty": isFaulty, "otherFaults": otherFaults.map { ["otherFault": $0] as View },
            "faultCount": Wording.count(faults.count + otherFaults.count, "fault"),
        ]
    }
}
