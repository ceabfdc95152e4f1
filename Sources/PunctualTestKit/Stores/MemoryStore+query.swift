internal import PunctualCore
internal import PunctualSchedule

extension JobQuery {
    /// Whether the filters let the job pass.
    func matches(_ job: Job) -> Bool {
        let draft = job.draft
        guard visible.shows(service: draft.service, labels: draft.labels) else { return false }
        if let service, draft.service != service { return false }
        if let status, job.status != status { return false }
        if let queue, draft.queue != queue { return false }
        if let name, draft.name != name { return false }
        if labels.contains(where: { draft.labels[$0.key] != $0.value }) { return false }
        guard let text, !text.isEmpty else { return true }
        return draft.name.holds(text) || draft.description.holds(text)
    }

    func precedes(_ left: Job, _ right: Job) -> Bool { isBefore(key(of: left), key(of: right)) }

    func isBehind(_ job: Job, _ row: PageKey) -> Bool { isBefore(row, key(of: job)) }

    func key(of job: Job) -> PageKey {
        let value: String? =
            switch sort {
            case .name: job.draft.name
            case .createdAt: String(job.createdAt.milliseconds)
            case .updatedAt: String(job.updatedAt.milliseconds)
            case .nextRunAt: job.nextRunAt.map { String($0.milliseconds) }
            }
        return PageKey(value: value, id: job.id)
    }

    /// A missing value comes last whichever the direction; the id decides between equal values.
    private func isBefore(_ left: PageKey, _ right: PageKey) -> Bool {
        switch (left.value, right.value) {
        case (nil, nil): return descending ? left.id > right.id : left.id < right.id
        case (nil, _): return false
        case (_, nil): return true
        case (let first?, let second?):
            if first == second { return descending ? left.id > right.id : left.id < right.id }
            let isSmaller =
                sort == .name
                ? first.utf8.lexicographicallyPrecedes(second.utf8) : (Int64(first) ?? 0) < (Int64(second) ?? 0)
            return isSmaller != descending
        }
    }
}

extension String {
    /// Whether the text is found anywhere, without regard to case of ASCII letters.
    fileprivate func holds(_ text: String) -> Bool {
        func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }
        return utf8.map(lower).contains(text.utf8.map(lower))
    }
}

extension ExecutionQuery {
    /// - Parameter labels: of its job; nil when it is gone.
    func matches(_ row: Execution, labels: [String: String]?) -> Bool {
        guard visible.showsExecution(service: row.service, labels: labels) else { return false }
        if let jobID, row.jobID != jobID { return false }
        if let service, row.service != service { return false }
        if let queue, row.queue != queue { return false }
        if let reason, row.reason != reason { return false }
        if let from, row.scheduledAt < from { return false }
        if let to, row.scheduledAt >= to { return false }
        if let after {
            let instant = after.value.flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) } ?? .latest
            if (row.scheduledAt, row.id) >= (instant, after.id) { return false }
        }
        return statuses.isEmpty || statuses.contains(row.status)
    }

    /// Whether the row has the text that is looked for.
    func finds(_ row: Execution) -> Bool {
        guard let text else { return true }
        return row.jobName.holds(text) || row.error?.holds(text) ?? false
    }
}

extension Execution {
    /// Without what may be large.
    var brief: Execution {
        var brief = self
        brief.result = nil
        brief.pastAttempts = []
        return brief
    }
}
