extension Migrations {
    /// Since when a queue is paused; null where it is not, and where nobody noted it. And the audit log by its time, the
    /// number at its end: what was done long ago was looked for from the newest entry back.
    static let moments = """
        ALTER TABLE queues ADD COLUMN paused_at INTEGER;
        CREATE INDEX audit_by_time ON audit_entries (at);
        """
}
