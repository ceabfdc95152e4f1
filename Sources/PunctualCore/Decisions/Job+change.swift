extension Job {
    /// The job after its owner's change, with a version of its own.
    ///
    /// Progress does not raise the version, so the job may have completed since the owner read it. It stays completed
    /// then, unless the change brings an instant to go on with: active, it would wait for nothing for ever.
    public func changed(by change: JobChange) -> Job {
        var next = self
        next.draft = change.draft
        if status != .completed || change.nextRunAt != nil {
            next.status = change.status
            next.pauseReason = change.pauseReason
        }
        if let instant = change.nextRunAt { next.nextRunAt = instant }
        next.updatedAt = change.updatedAt
        next.version += 1
        return next
    }
}
