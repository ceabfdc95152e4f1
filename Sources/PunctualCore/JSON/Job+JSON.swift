public import PunctualJSON
public import PunctualSchedule

extension JSONWriter {
    /// RFC 3339 with milliseconds, or null.
    public mutating func instant(_ instant: Timestamp?) {
        guard let instant else { return null() }
        plainString(count: 24) { instant.write(to: $0) }
    }

    public mutating func identifier(_ id: Identifier) {
        plainString(count: 36) { id.write(to: $0) }
    }
}

extension Job {
    /// The contract's form; `next_run_at` is null unless the job is active.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("id")
        writer.identifier(id)
        draft.write(to: &writer)
        writer.name("status")
        writer.string(status.rawValue)
        writer.name("pause_reason")
        writer.string(pauseReason)
        writer.name("next_run_at")
        writer.instant(status == .active ? nextRunAt : nil)
        writer.name("last_run_at")
        writer.instant(lastRunAt)
        writer.name("last_status")
        writer.string(lastStatus?.rawValue)
        writer.name("run_count")
        writer.int(runCount)
        writer.name("failure_count")
        writer.int(failureCount)
        writer.name("created_by")
        writer.string(createdBy)
        writer.name("created_at")
        writer.instant(createdAt)
        writer.name("updated_at")
        writer.instant(updatedAt)
        writer.name("version")
        writer.int(version)
        writer.endObject()
    }
}
