internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

// What the API shows of who may what; nothing secret is in it.

extension JSONValue {
    static func shown(_ instant: Timestamp?) -> JSONValue { instant.map { .string($0.description) } ?? .null }
    static func shown(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    /// The object with another member at its end.
    func with(_ name: String, _ value: JSONValue) -> JSONValue {
        var object = self.object ?? JSONObject()
        object[name] = value
        return .object(object)
    }
}

extension User {
    var json: JSONValue {
        [
            "id": .string(id.description), "name": .string(name), "provider": .shown(providerName),
            "disabled": .bool(isDisabled), "tier": .shown(tier?.rawValue), "has_password": .bool(passwordHash != nil),
            "second_factor": .bool(secondFactor?.isConfirmed ?? false), "locked": .bool(isLocked),
            "failed_sign_ins": .int(Int64(failedSignIns)), "held_until": .shown(heldUntil),
            "signed_out_at": .shown(signedOutAt), "created_at": .shown(createdAt), "updated_at": .shown(updatedAt),
            "version": .int(Int64(version)),
        ]
    }

    var resource: String { "user:\(id)" }
}

extension ServiceAccount {
    var json: JSONValue {
        [
            "id": .string(id.description), "name": .string(name), "description": .string(description),
            "disabled": .bool(isDisabled), "tier": .shown(tier?.rawValue), "created_at": .shown(createdAt),
            "updated_at": .shown(updatedAt), "version": .int(Int64(version)),
        ]
    }

    var resource: String { "service_account:\(id)" }
}

extension APIKey {
    var json: JSONValue {
        [
            "id": .string(id.description), "name": .string(name), "owner": .string(owner.text),
            "scopes": scopes.map { .array($0.map(\.json)) } ?? .null,
            "addresses": .array(addresses.map { .string($0.description) }),
            "expires_at": .shown(expiresAt), "revoked_at": .shown(revokedAt), "last_used_at": .shown(lastUsedAt),
            "secrets": .array(
                secrets.map { ["created_at": .shown($0.createdAt), "expires_at": .shown($0.expiresAt)] }),
            "created_at": .shown(createdAt), "created_by": .string(createdBy), "version": .int(Int64(version)),
        ]
    }

    var resource: String { "key:\(id)" }
}

extension Grant {
    var json: JSONValue {
        let permission = permission.json
        return [
            "id": .string(id.description), "subject": .string(subject.text), "role": permission["role"] ?? .null,
            "service": permission["service"] ?? .null, "labels": permission["labels"] ?? .null,
            "expires_at": .shown(expiresAt), "created_at": .shown(createdAt), "created_by": .string(createdBy),
        ]
    }

    var resource: String { "grant:\(id)" }
}

extension SecretRecord {
    var json: JSONValue {
        [
            "service": .string(service), "name": .string(name), "version": .int(Int64(version)),
            "created_at": .shown(createdAt), "created_by": .string(createdBy),
        ]
    }

    var resource: String { "secret:\(service)/\(name)" }
}

extension Job {
    /// What the audit log keeps of it.
    var audited: JSONValue { draft.json.with("status", .string(status.rawValue)) }

    var resource: String { "job:\(id)" }
}

extension APIContext {
    /// Tells the audit log what became of a job.
    /// - Parameter before: nil when it was not there.
    func note(_ job: Job, from before: Job?) {
        guard let audit else { return }
        audit.changed(job.resource, service: job.draft.service, from: before?.audited ?? .null, to: job.audited)
    }

    /// Tells the audit log of an execution that was begun, ended or opened again.
    func note(_ execution: Execution) {
        guard let audit else { return }
        audit.changed(
            "execution:\(execution.id)", service: execution.service,
            to: ["job": .string(execution.jobID.description), "status": .string(execution.status.rawValue)])
    }
}
