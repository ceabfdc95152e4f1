extension Migrations {
    /// Since when a queue is paused; null where it is not, and where nobody noted it.
    static let moments = """
        ALTER TABLE queues ADD COLUMN paused_at INTEGER;
        """
}
