extension Schema {
    /// Since when a queue is paused; NULL where it is not, and where nobody noted it: older binaries leave it as it is. And
    /// the audit log by its time: what was done long ago was looked for from the newest entry back.
    static let moments = """
        ALTER TABLE queues ADD COLUMN paused_at int8
        --
        CREATE INDEX audit_by_time ON audit_entries (at, sequence)
        """
}
