internal import PunctualCore

/// Copies identities, secrets and the audit log from one store into another, just as they are.
///
/// Nothing is opened: the nodes of the target need the master key of the source.
struct AccessCopy: Sendable {
    let source: any AccessTransferStore
    let target: any AccessTransferStore
    private static let page = 1000

    /// Copies what the target does not hold just so, and sees that nothing is missing then.
    /// - Returns: how many rows and how many entries of the log the source holds.
    /// - Throws: `SettingsError` when the target's log is another one, or something else writes to either.
    func run(written: inout Int) async throws -> (rows: Int, entries: Int) {
        let rows = try await copyRows(written: &written)
        var missing = 0
        guard try await copyRows(written: &missing) == rows, missing == 0 else {
            throw SettingsError("users, keys or secrets differ after the copy; run it again when nothing else writes")
        }
        return (rows, try await copyAudit(written: &written))
    }

    private func copyRows(written: inout Int) async throws -> Int {
        var count = 0
        // Owners first: a key needs its own.
        count += try await copy({ try await $0.users(after: $1, limit: Self.page) }, \.id, \.users, &written)
        count += try await copy(
            { try await $0.serviceAccounts(after: $1, limit: Self.page) }, \.id, \.serviceAccounts, &written)
        count += try await copy(
            { try await $0.keys(of: nil, after: $1, limit: Self.page) }, \.id, \.keys, &written)
        count += try await copy({ try await $0.grants(after: $1, limit: Self.page) }, \.id, \.grants, &written)
        count += try await copy(
            { try await $0.exportFamilies(after: $1, limit: Self.page) }, \.id, \.families, &written)
        count += try await copy(
            { try await $0.exportSecrets(after: $1, limit: Self.page) }, { SecretPlace($0) }, \.secrets, &written)
        return count
    }

    private func copy<Row: Equatable, Place: Hashable>(
        _ read: (any AccessTransferStore, Place?) async throws -> [Row], _ place: (Row) -> Place,
        _ kind: WritableKeyPath<AccessRows, [Row]>, _ written: inout Int
    ) async throws -> Int {
        var (count, last): (Int, Place?) = (0, nil)
        while true {
            let rows = try await read(source, last)
            if rows.isEmpty { return count }
            let there = Dictionary(try await read(target, last).map { (place($0), $0) }) { $1 }
            var missing = AccessRows()
            missing[keyPath: kind] = rows.filter { there[place($0)] != $0 }
            if !missing[keyPath: kind].isEmpty { try await target.importAccess(missing) }
            written += missing[keyPath: kind].count
            count += rows.count
            last = rows.last.map(place)
        }
    }

    private func copyAudit(written: inout Int) async throws -> Int {
        var next = Int64(1)
        let before = try await target.auditHead().sequence
        do {
            while case let page = try await source.auditEntries(from: next, limit: Self.page), let last = page.last {
                try await target.importAudit(page)
                next = last.sequence + 1
            }
        } catch StoreError.conflict(let text) {
            throw SettingsError(text)
        }
        let head = try await target.auditHead()
        guard head == (try await source.auditHead()) else {
            throw SettingsError("the audit logs differ; copy into an empty database")
        }
        written += Int(head.sequence - before)
        return Int(head.sequence)
    }
}
