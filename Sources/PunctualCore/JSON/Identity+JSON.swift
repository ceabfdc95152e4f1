internal import PunctualJSON
public import PunctualSchedule

// What stores keep in one text, beside the columns that their statements look at or move: ids, names, owners, versions.

extension User {
    /// All but id, name and version.
    public var storedText: String {
        let json: JSONValue = [
            "disabled": .bool(isDisabled), "tier": .text(tier?.rawValue), "password_hash": .text(passwordHash),
            "second_factor": secondFactor?.stored ?? .null, "failed_sign_ins": .int(Int64(failedSignIns)),
            "held_until": .instant(heldUntil), "signed_out_at": .instant(signedOutAt),
            "created_at": .instant(createdAt), "updated_at": .instant(updatedAt),
        ]
        return json.description
    }

    /// Reads `storedText`.
    /// - Throws: `.corrupt`.
    public init(id: Identifier, name: String, version: Int, stored text: String) throws(StoreError) {
        let members = try StoredMembers(text, of: "user \(id)")
        self.init(
            id: id, name: name, isDisabled: try members.required("disabled", \.bool),
            tier: try members.optional("tier") { $0.string.flatMap { CallerTier(rawValue: $0) } },
            passwordHash: try members.optional("password_hash", \.string),
            secondFactor: try members.optional("second_factor") { SecondFactor(stored: $0) },
            failedSignIns: Int(try members.required("failed_sign_ins", \.int)),
            heldUntil: try members.optional("held_until", \.instant),
            signedOutAt: try members.optional("signed_out_at", \.instant),
            createdAt: try members.required("created_at", \.instant),
            updatedAt: try members.required("updated_at", \.instant), version: version)
    }
}

extension ServiceAccount {
    /// All but id, name and version.
    public var storedText: String {
        let json: JSONValue = [
            "description": .string(description), "disabled": .bool(isDisabled), "tier": .text(tier?.rawValue),
            "created_at": .instant(createdAt), "updated_at": .instant(updatedAt),
        ]
        return json.description
    }

    /// Reads `storedText`.
    /// - Throws: `.corrupt`.
    public init(id: Identifier, name: String, version: Int, stored text: String) throws(StoreError) {
        let members = try StoredMembers(text, of: "service account \(id)")
        self.init(
            id: id, name: name, description: try members.required("description", \.string),
            isDisabled: try members.required("disabled", \.bool),
            tier: try members.optional("tier") { $0.string.flatMap { CallerTier(rawValue: $0) } },
            createdAt: try members.required("created_at", \.instant),
            updatedAt: try members.required("updated_at", \.instant), version: version)
    }
}

extension APIKey {
    /// All but id, owner, version and the last use.
    public var storedText: String {
        let json: JSONValue = [
            "name": .string(name), "secrets": .array(secrets.map(\.stored)),
            "scopes": scopes.map { .array($0.map(\.json)) } ?? .null,
            "addresses": .array(addresses.map { .string($0.description) }), "expires_at": .instant(expiresAt),
            "revoked_at": .instant(revokedAt), "created_at": .instant(createdAt), "created_by": .string(createdBy),
        ]
        return json.description
    }

    /// Reads `storedText`.
    /// - Throws: `.corrupt`.
    public init(
        id: Identifier, owner: String, lastUsedAt: Timestamp?, version: Int, stored text: String
    ) throws(StoreError) {
        let members = try StoredMembers(text, of: "key \(id)")
        self.init(
            id: id, name: try members.required("name", \.string), owner: try Subject(stored: owner, of: "key \(id)"),
            secrets: try members.required("secrets") { $0.all(Secret.init(stored:)) },
            scopes: try members.optional("scopes") { $0.all(Permission.init(json:)) },
            addresses: try members.required("addresses") { $0.all { $0.string.flatMap { IPRange($0) } } },
            expiresAt: try members.optional("expires_at", \.instant),
            revokedAt: try members.optional("revoked_at", \.instant), lastUsedAt: lastUsedAt,
            createdAt: try members.required("created_at", \.instant),
            createdBy: try members.required("created_by", \.string), version: version)
    }
}

extension Grant {
    /// All but id and subject.
    public var storedText: String {
        let json: JSONValue = [
            "permission": permission.json, "expires_at": .instant(expiresAt), "created_at": .instant(createdAt),
            "created_by": .string(createdBy),
        ]
        return json.description
    }

    /// Reads `storedText`.
    /// - Throws: `.corrupt`.
    public init(id: Identifier, subject: String, stored text: String) throws(StoreError) {
        let members = try StoredMembers(text, of: "grant \(id)")
        self.init(
            id: id, subject: try Subject(stored: subject, of: "grant \(id)"),
            permission: try members.required("permission") { Permission(json: $0) },
            expiresAt: try members.optional("expires_at", \.instant),
            createdAt: try members.required("created_at", \.instant),
            createdBy: try members.required("created_by", \.string))
    }
}

extension RefreshFamily {
    /// All but id, subject, version and the two ends.
    public var storedText: String {
        let json: JSONValue = [
            "client": .string(client), "scopes": scopes.map { .array($0.map(\.json)) } ?? .null,
            "groups": .array(groups.map(JSONValue.string)), "granted": .array(granted.map(\.json)),
            "generation": .int(Int64(generation)), "current": current.stored, "rotated_at": .instant(rotatedAt),
            "previous": previous?.stored ?? .null, "created_at": .instant(createdAt),
        ]
        return json.description
    }

    /// Reads `storedText`.
    /// - Throws: `.corrupt`.
    public init(
        id: Identifier, subject: String, expiresAt: Timestamp, revokedAt: Timestamp?, version: Int, stored text: String
    ) throws(StoreError) {
        let members = try StoredMembers(text, of: "token family \(id)")
        self.init(
            id: id, subject: try Subject(stored: subject, of: "token family \(id)"),
            client: try members.required("client", \.string),
            scopes: try members.optional("scopes") { $0.all(Permission.init(json:)) },
            // Families from before there were providers have neither.
            groups: try members.optional("groups") { $0.all(\.string) } ?? [],
            granted: try members.optional("granted") { $0.all(Permission.init(json:)) } ?? [],
            generation: Int(try members.required("generation", \.int)),
            current: try members.required("current") { KeyedHash(stored: $0) },
            rotatedAt: try members.required("rotated_at", \.instant),
            previous: try members.optional("previous") { KeyedHash(stored: $0) },
            createdAt: try members.required("created_at", \.instant), expiresAt: expiresAt, revokedAt: revokedAt,
            version: version)
    }
}

extension Subject {
    fileprivate init(stored text: String, of title: String) throws(StoreError) {
        guard let subject = Subject(text) else { throw .corrupt("the stored subject of \(title) is none") }
        self = subject
    }
}
