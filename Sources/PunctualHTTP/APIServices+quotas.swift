internal import HTTPTypes
internal import PunctualAPI
internal import PunctualCore
internal import PunctualSchedule

extension APIServices {
    /// Lets go on whose service may have a job that comes so often.
    /// - Throws: `Faults` with the field of the schedule.
    func requireSpacing(of job: Job, after now: Timestamp) throws {
        let draft = job.draft
        let fault = try quotas.fault(of: draft.schedule, service: draft.service, after: now) {
            try schedule(of: job)
        }
        if let fault { throw Faults([Fault(pointer: "/schedule/\(fault.field)", detail: fault.detail)]) }
    }
}

extension Problem {
    init(exceeded quota: ServiceQuota) {
        switch quota {
        case .jobs(let service, let limit):
            self.init(
                .quotaExceeded,
                "The service \(service) may have \(limit) jobs and has them (quotas.jobs_per_service). Delete some that are "
                    + "no longer needed, or have the quota raised.")
        case .waiting(let service, let queue, let limit):
            self.init(
                .quotaExceeded,
                "More than \(limit) executions of the service \(service) would wait in the queue \(queue) "
                    + "(quotas.queue_share). Wait until some have run, ask for fewer at once, or have the quota raised."
            )
        }
        // No second will do; and whoever repeats calls by himself should not.
        headers[.retryAfter] = "60"
    }
}
