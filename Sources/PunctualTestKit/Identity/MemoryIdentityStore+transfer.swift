public import PunctualCore
internal import PunctualSchedule

extension MemoryIdentityStore: AccessTransferStore {
    public func exportFamilies(after id: Identifier?, limit: Int) async throws(StoreError) -> [RefreshFamily] {
        page(families, id, limit)
    }

    public func exportSecrets(after place: SecretPlace?, limit: Int) async throws(StoreError) -> [SecretRecord] {
        let later = secretRecords.filter { record in place.map { SecretPlace(record).follows($0) } ?? true }
        return Array(later.sorted { SecretPlace($1).follows(SecretPlace($0)) }.prefix(limit))
    }

    public func importAccess(_ rows: AccessRows) async throws(StoreError) {
        let (users, accounts) = (byID(rows.users, \.id), byID(rows.serviceAccounts, \.id))
        let (allUsers, allAccounts) = (
            self.users.merging(users) { $1 }, self.accounts.merging(accounts) { $1 }
        )
        guard Set(allUsers.values.map(\.name)).count == allUsers.count,
            Set(allAccounts.values.map(\.name)).count == allAccounts.count
        else { throw .nameTaken }
        let places = Set(rows.secrets.map { SecretPlace($0) })
        let secrets = secretRecords.filter { !places.contains(SecretPlace($0)) } + rows.secrets
        let current = secrets.filter { $0.expiresAt == nil }
        guard Set(current.map { [$0.service, $0.name] }).count == current.count else {
            throw .conflict("a secret would have two current versions")
        }
        (self.users, self.accounts, secretRecords) = (allUsers, allAccounts, secrets)
        keys.merge(byID(rows.keys, \.id)) { $1 }
        grants.merge(byID(rows.grants, \.id)) { $1 }
        families.merge(byID(rows.families, \.id)) { $1 }
        revision += 1
    }

    public func importAudit(_ new: [AuditEntry]) async throws(StoreError) {
        guard let first = new.first else { return }
        let kept = entries.filter { $0.sequence >= first.sequence }
        entries += try (entries.last?.head ?? .empty).continuation(new, kept: kept)
    }

    private func byID<Row>(_ rows: [Row], _ id: (Row) -> Identifier) -> [Identifier: Row] {
        Dictionary(rows.map { (id($0), $0) }) { $1 }
    }
}

extension SecretPlace {
    /// Texts by their bytes.
    fileprivate func follows(_ other: SecretPlace) -> Bool {
        let (mine, theirs) = ([service, name], [other.service, other.name])
        for (mine, theirs) in zip(mine, theirs) where mine != theirs {
            return theirs.utf8.lexicographicallyPrecedes(mine.utf8)
        }
        return version > other.version
    }
}
