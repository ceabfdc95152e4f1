extension Connection {
    /// Connects and logs in; waits as long as `connect_timeout` allows for each host. Of several hosts it is the primary's.
    /// - Throws: `.noConnection` with what to do.
    static func open(
        _ settings: ConnectionSettings, ended: @escaping @Sendable (PostgresFault) -> Void = { _ in },
        notified: @escaping @Sendable (String, String) -> Void = { _, _ in }
    ) async throws(PostgresFault) -> Connection {
        guard let hosts = settings.hosts else {
            return try await open(settings, settings.keywords, ended: ended, notified: notified)
        }
        let primary = try await hosts.primary { host async throws(PostgresFault) in
            let connection = try await open(settings, host, ended: { _ in }, notified: { _, _ in })
            let rows = try await connection.run([timeline()])
            await connection.close()
            return rows[0].first { $0.int64() } ?? 0
        }
        do throws(PostgresFault) {
            return try await open(
                settings, primary,
                ended: { fault in
                    hosts.doubt()
                    ended(fault)
                }, notified: notified)
        } catch {
            hosts.doubt()
            throw error
        }
    }

    private static let timeline = Statement(
        "SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int8")
}
