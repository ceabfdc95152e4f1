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

    /// What went wrong, as partial indexes and the queries that use them say it, to the letter: SQLite does not conclude it from
    /// the status alone. Each change of a row weighs it: a list behind IN is built anew for each, which took longer than the
    /// rest of the change. As a whole expression it is not looked up word by word.
    static let isTrouble = "(status = 'failed' OR status = 'skipped' OR status = 'missed') IS TRUE"

    /// The indexes of what went wrong, weighed faster.
    static let trouble = """
        DROP INDEX executions_with_trouble;
        CREATE INDEX executions_with_trouble ON executions (finished_at, id) WHERE \(isTrouble);
        DROP INDEX executions_of_service_with_trouble;
        CREATE INDEX executions_of_service_with_trouble ON executions (service, status) WHERE \(isTrouble);
        """
}
