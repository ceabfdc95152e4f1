extension Schema {
    /// Since when a queue is paused; NULL where it is not, and where nobody noted it: older binaries leave it as it is.
    static let moments = """
        ALTER TABLE queues ADD COLUMN paused_at int8
        """
}
