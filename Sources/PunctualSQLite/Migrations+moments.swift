extension Migrations {
    /// Since when a queue is paused; null where it is not, and where nobody noted it. And the audit log by its time, the
    /// number at its end: what was done long ago was looked for from the newest entry back. And what went wrong in a
    /// service: one where nothing did was looked through all that did elsewhere. What succeeds is not in it.
    static let moments = """
        ALTER TABLE queues ADD COLUMN paused_at INTEGER;
        CREATE INDEX audit_by_time ON audit_entries (at);
        CREATE INDEX executions_of_service_with_trouble ON executions (service, status)
        WHERE (status IN ('failed', 'skipped', 'missed')) IS TRUE;
        """
}
