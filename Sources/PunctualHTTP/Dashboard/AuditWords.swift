internal import PunctualAccess
internal import PunctualJSON

/// An entry of the audit log as a sentence: who, did what, to what.
struct AuditWords: Sendable {
    /// `created the job`, what follows names the thing.
    let did: String
    /// `create the job`, behind `was not allowed to`.
    let wanted: String

    private init(_ verb: String, _ past: String, _ rest: String = "") {
        let rest = rest.isEmpty ? "" : " \(rest)"
        (did, wanted) = (past + rest, verb + rest)
    }

    /// For an operation by its name; one that this version does not know is told by its name.
    static func of(_ operation: String) -> AuditWords {
        if operation == Rescue.operation { return AuditWords("let back in", "let back in", "the user") }
        guard let known = APIOperation(rawValue: operation) else { return AuditWords(operation, "did “\(operation)”") }
        return words[known] ?? plain(operation)
    }

    /// Every operation that leaves an entry when it is allowed.
    static let words: [APIOperation: AuditWords] = [
        .createJob: AuditWords("create", "created", "the job"), .createJobs: AuditWords("create", "created", "the job"),
        .replaceJob: AuditWords("change", "changed", "the job"), .patchJob: AuditWords("change", "changed", "the job"),
        .deleteJob: AuditWords("delete", "deleted", "the job"), .pauseJob: AuditWords("pause", "paused", "the job"),
        .resumeJob: AuditWords("resume", "resumed", "the job"),
        .triggerJob: AuditWords("trigger", "triggered", "the job"),
        .backfillJob: AuditWords("run", "ran", "a past occurrence of the job"),
        .putOnSchedule: AuditWords("schedule", "scheduled", "the job"),
        .takeOffSchedule: AuditWords("unschedule", "unscheduled", "the job"),
        .retryExecution: AuditWords("retry", "retried", "an execution of the job"),
        .cancelExecution: AuditWords("cancel", "cancelled", "an execution of the job"),
        .pauseQueue: AuditWords("pause", "paused", "the queue"),
        .resumeQueue: AuditWords("resume", "resumed", "the queue"),
        .putQueueLimit: AuditWords("set", "set", "the limit of the queue"),
        .deleteQueueLimit: AuditWords("remove", "removed", "the limit of the queue"),
        .putServiceLimit: AuditWords("set", "set", "the limit of the service"),
        .deleteServiceLimit: AuditWords("remove", "removed", "the limit of the service"),
        .putJobLimit: AuditWords("set", "set", "the limit of the job"),
        .deleteJobLimit: AuditWords("remove", "removed", "the limit of the job"),
        .putLogLevel: AuditWords("change", "changed", "the level of the logger"),
        .deleteLogLevel: AuditWords("take back", "took back", "the level of the logger"),
        .putNotification: AuditWords("set", "set", "the notification"),
        .deleteNotification: AuditWords("delete", "deleted", "the notification"),
        .testNotification: AuditWords("test", "tested", "the notification"),
        .setUp: AuditWords("make the first administrator", "made the first administrator"),
        .signIn: AuditWords("sign in", "signed in"),
        .providerCallback: AuditWords("sign in", "signed in", "at a provider"),
        .signOut: AuditWords("sign out", "signed out"), .token: AuditWords("get a token", "got a token"),
        .revokeToken: AuditWords("revoke a token", "revoked a token"),
        .changePassword: AuditWords("change the password", "changed the password"),
        .enrolSecondFactor: AuditWords("begin a second factor", "began a second factor"),
        .confirmSecondFactor: AuditWords("confirm a second factor", "confirmed a second factor"),
        .removeSecondFactor: AuditWords("remove the second factor", "removed the second factor"),
        .signOutEverywhere: AuditWords("sign out everywhere", "signed out everywhere"),
        .createKey: AuditWords("make", "made", "the key"), .rotateKey: AuditWords("rotate", "rotated", "the key"),
        .revokeKey: AuditWords("revoke", "revoked", "the key"),
        .createUser: AuditWords("make", "made", "the user"), .patchUser: AuditWords("change", "changed", "the user"),
        .deleteUser: AuditWords("delete", "deleted", "the user"),
        .createServiceAccount: AuditWords("make", "made", "the service account"),
        .patchServiceAccount: AuditWords("change", "changed", "the service account"),
        .deleteServiceAccount: AuditWords("delete", "deleted", "the service account"),
        .createGrant: AuditWords("give", "gave", "the role"),
        .deleteGrant: AuditWords("take away", "took away", "the role"),
        .putSecret: AuditWords("set", "set", "the secret"),
        .deleteSecret: AuditWords("delete", "deleted", "the secret"),
        .exportAudit: AuditWords("export the audit log", "exported the audit log"),
    ]

    /// `listJobs` → `list jobs`: of what is told only when it is refused.
    private static func plain(_ operation: String) -> AuditWords {
        let text = operation.map { $0.isUppercase ? " \($0.lowercased())" : String($0) }.joined()
        return AuditWords(text, "did “\(text)”")
    }
}

/// What an entry's call was done to.
struct AuditTarget: Sendable {
    /// What the sentence names; nil when the words say all.
    let name: String?
    /// Behind it, `to ada`.
    let rest: String?
    /// A page about it.
    let path: String?
    /// Whether the sentence has the service in it already.
    let saysService: Bool

    init(_ entry: JSONValue, _ names: SubjectNames) {
        let resource = entry["resource"]?.string ?? ""
        let kind = resource.prefix { $0 != ":" }
        saysService = kind == "grant" || resource.hasPrefix("limit:services/")
        let id = String(resource.dropFirst(kind.count + 1))
        let shown = entry["after"]?.object == nil ? entry["before"] : entry["after"]
        switch kind {
        case "": (name, rest, path) = (nil, nil, nil)
        case "grant":
            let subject = shown?["subject"]?.string
            name = shown?["role"] == nil ? SubjectNames.brief(resource) : shown.map(AccessWording.permission)
            let word = entry["operation"]?.string == "createGrant" ? "to" : "of"
            rest = subject.map { "\(word) \(names.person($0))" }
            path = subject.flatMap(SubjectNames.path)
        case "key":
            name = shown?["name"]?.string ?? SubjectNames.brief(resource)
            rest = shown?["owner"]?.string.map { "of \(names.person($0))" }
            path = shown?["owner"]?.string.map { "/access/keys?owner=\(FormFields.encoded($0))" }
        case "execution":
            let job = shown?["job"]?.string.map { "job:\($0)" }
            name = job.map { names[$0] ?? SubjectNames.brief($0) } ?? SubjectNames.brief(resource)
            (rest, path) = (nil, job.flatMap(SubjectNames.path))
        case "secret":
            name = id.split(separator: "/").last.map(String.init)
            (rest, path) = (nil, entry["service"]?.string.map { "/access/secrets?service=\(FormFields.encoded($0))" })
        case "session": (name, rest, path) = (nil, nil, nil)
        case "limit": (name, rest, path) = (id.split(separator: "/").last.map(String.init), nil, nil)
        case "queue", "log_level", "notification", "provider":
            (name, rest, path) = (id, nil, SubjectNames.path(resource))
        default:
            // Whoever signs in is not named twice.
            let isOwn = resource == entry["principal"]?.string
            name = isOwn ? nil : names[resource] ?? shown?["name"]?.string ?? SubjectNames.brief(resource)
            (rest, path) = (nil, SubjectNames.path(resource))
        }
    }
}

/// What an entry says of a change, field by field.
enum AuditChange {
    private static let most = 40

    static func rows(_ entry: JSONValue) -> [View] {
        let (before, after) = (entry["before"]?.object, entry["after"]?.object)
        var names = before?.names ?? []
        for name in after?.names ?? [] where !names.contains(name) { names.append(name) }
        return names.compactMap { name -> View? in
            let (old, new) = (before?[name], after?[name])
            if old == new { return nil }
            if before == nil || after == nil, isNothing(old), isNothing(new) { return nil }
            return ["changeName": name, "changeFrom": text(old), "changeTo": text(new)]
        }.prefix(most).map { $0 }
    }

    private static func isNothing(_ value: JSONValue?) -> Bool {
        guard let value else { return true }
        return value.isNull || value == "" || value.array?.isEmpty == true || value.object?.names.isEmpty == true
    }

    /// nil for nothing, which the page draws as such.
    private static func text(_ value: JSONValue?) -> String? {
        guard let value, !value.isNull else { return nil }
        let text = value.string ?? value.description
        return text.unicodeScalars.count > 300 ? "\(String(text.unicodeScalars.prefix(300)))…" : text
    }
}
