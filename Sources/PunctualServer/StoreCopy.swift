internal import Crypto
internal import Logging
internal import PunctualCore
internal import PunctualEngine
internal import PunctualJSON
internal import PunctualSchedule

/// Copies everything from one store into another, and sees that both hold the same then.
///
/// It may be broken off and run again: what is there and the same is left as it is.
package struct StoreCopy: Sendable {
    /// How far it is.
    package struct Progress: Sendable {
        package enum Phase: String, Sendable { case jobs, executions, verifying }

        package var phase: Phase
        package var done: Int
        package var total: Int
    }

    /// What was copied.
    package struct Report: Sendable, Equatable {
        package var jobs = 0
        package var executions = 0
        /// Rows that the target did not hold, or held otherwise.
        package var written = 0
        package var pausedQueues = 0
        /// Of queues, services and jobs.
        package var limits = 0
        /// Rules of notifications.
        package var notifications = 0
        /// Users, service accounts, keys, grants, token families and versions of secrets.
        package var accessRows = 0
        package var auditEntries = 0
        /// SHA-256 over all rows in their order, in hexadecimal; the same in both stores.
        package var checksum = ""
    }

    typealias Transferable = Store & TransferStore

    let source: any Transferable
    let target: any Transferable
    /// Where identities, secrets and the audit log go along; nil leaves them.
    var access: AccessCopy?
    /// Where rules of notifications go along; nil leaves them. What was told stays behind: it is the source's own life.
    var notifications: (source: any NotificationStore, target: any NotificationStore)?
    private static let page = 1000

    /// Copies between the databases of two URLs.
    /// - Throws: `SettingsError` with one line that says what to do.
    package static func run(
        from source: String, to target: String, progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> Report {
        let (clock, bell, logger) = (SystemClock(), SignalBell(), Logger(label: "punctual"))
        var settings = Settings()
        settings.databaseURL = source
        try OpenStore.requireExisting(settings)
        let from = try await OpenStore(settings, clock: clock, bell: bell, logger: logger)
        settings.databaseURL = target
        let outcome: Result<Report, any Error>
        do {
            let to = try await OpenStore(settings, clock: clock, bell: bell, logger: logger)
            do {
                var copy = StoreCopy(
                    source: from.store, target: to.store, access: AccessCopy(source: from.access, target: to.access))
                copy.notifications = (from.notifications, to.notifications)
                outcome = .success(try await copy.run(progress: progress))
            } catch {
                outcome = .failure(error)
            }
            await to.close()
        } catch {
            outcome = .failure(error)
        }
        await from.close()
        return try outcome.get()
    }

    func run(progress: @Sendable (Progress) -> Void) async throws -> Report {
        try await requireAlone()
        try await requireUntouched()
        let counts = try await source.counts()
        let (jobs, executions) = (counts.jobs.values.reduce(0, +), counts.executions.values.reduce(0, +))
        var report = Report()
        for queue in try await source.queues() where queue.paused {
            _ = try await target.setQueue(queue.name, paused: true, since: queue.pausedAt)
            report.pausedQueues += 1
        }
        report.jobs = try await copy(
            { after in try await source.exportJobs(after: after, limit: Self.page) },
            { after in try await target.exportJobs(after: after, limit: Self.page) },
            write: { try await target.importJobs($0) }, id: \.id, written: &report.written,
            told: { progress(Progress(phase: .jobs, done: $0, total: jobs)) })
        let limits = try await source.limits()
        for limit in limits { try await target.setLimit(limit) }
        // Of an earlier run that was broken off.
        for limit in try await target.limits() where !limits.contains(limit) {
            _ = try await target.removeLimit(limit.key)
        }
        report.limits = limits.count
        if let notifications {
            let rules = try await notifications.source.notificationRules()
            for rule in rules { try await notifications.target.setNotificationRule(rule) }
            for rule in try await notifications.target.notificationRules() where !rules.contains(rule) {
                _ = try await notifications.target.removeNotificationRule(rule.name)
            }
            report.notifications = rules.count
            // What ended up to here was the source's to tell.
            let told = try await notifications.source.noticeCursor()
            let now = try await source.now()
            try await notifications.target.add([], cursor: told ?? now)
        }
        report.executions = try await copy(
            { after in try await source.exportExecutions(after: after, limit: Self.page) },
            { after in try await target.exportExecutions(after: after, limit: Self.page) },
            write: { try await target.importExecutions($0) }, id: \.execution.id, written: &report.written,
            told: { progress(Progress(phase: .executions, done: $0, total: executions)) })
        if let access { (report.accessRows, report.auditEntries) = try await access.run(written: &report.written) }
        report.checksum = try await verify(total: (jobs + executions) * 2, progress)
        return report
    }

    /// Nodes that run on the target would fire jobs whose history is still on its way.
    private func requireAlone() async throws {
        let nodes = try await target.nodes(seenSince: try await target.now() - .seconds(20))
        if let node = nodes.first {
            throw SettingsError("the node \(node.id) runs on the target; stop all its nodes, then copy")
        }
    }

    /// A target that has jobs of its own, or that has moved on since an earlier copy, would be spoilt: nothing is written.
    private func requireUntouched() async throws {
        var (sources, after, isAtEnd): (ArraySlice<Job>, Identifier?, Bool) = ([], nil, false)
        var last: Identifier?
        while true {
            let jobs = try await target.exportJobs(after: last, limit: Self.page)
            guard let end = jobs.last?.id else { return }
            last = end
            for job in jobs {
                // Both come in the order of their ids.
                while sources.first.map({ $0.id < job.id }) ?? !isAtEnd {
                    if sources.popFirst() != nil { continue }
                    sources = try await source.exportJobs(after: after, limit: Self.page)[...]
                    (after, isAtEnd) = (sources.last?.id ?? after, sources.isEmpty)
                }
                guard let known = sources.first, known.id == job.id else {
                    throw SettingsError(
                        "the target holds jobs that the source does not know, such as \(job.draft.service)/\(job.draft.name); "
                            + "copy into an empty database")
                }
                if job.version > known.version || job.runCount > known.runCount {
                    throw SettingsError(
                        "the target has moved on since it was copied to: \(job.draft.service)/\(job.draft.name) was changed or "
                            + "has run there; nothing was written")
                }
            }
        }
    }

    /// Writes the pages whose rows the target does not hold just so.
    /// - Returns: how many rows the source holds.
    private func copy<Row: Equatable>(
        _ read: (Identifier?) async throws -> [Row], _ readTarget: (Identifier?) async throws -> [Row],
        write: ([Row]) async throws -> Void, id: (Row) -> Identifier, written: inout Int, told: (Int) -> Void
    ) async throws -> Int {
        var (count, last): (Int, Identifier?) = (0, nil)
        told(0)
        while true {
            let rows = try await read(last)
            if rows.isEmpty { return count }
            let there = Dictionary(uniqueKeysWithValues: try await readTarget(last).map { (id($0), $0) })
            let missing = rows.filter { there[id($0)] != $0 }
            if !missing.isEmpty { try await write(missing) }
            written += missing.count
            count += rows.count
            last = rows.last.map(id)
            told(count)
        }
    }

    /// Reads both stores to their ends.
    /// - Returns: the checksum of both.
    /// - Throws: `SettingsError` when they differ.
    private func verify(total: Int, _ progress: @Sendable (Progress) -> Void) async throws -> String {
        var sums: [(jobs: Int, executions: Int, checksum: String)] = []
        var done = 0
        for store in [source, target] {
            var (jobs, executions, hash) = (0, 0, SHA256())
            var last: Identifier?
            while case let page = try await store.exportJobs(after: last, limit: Self.page), !page.isEmpty {
                for job in page { job.digest(into: &hash) }
                jobs += page.count
                last = page.last?.id
                progress(Progress(phase: .verifying, done: done + jobs, total: total))
            }
            last = nil
            while case let page = try await store.exportExecutions(after: last, limit: Self.page), !page.isEmpty {
                for execution in page { execution.digest(into: &hash) }
                executions += page.count
                last = page.last?.execution.id
                progress(Progress(phase: .verifying, done: done + jobs + executions, total: total))
            }
            done += jobs + executions
            let checksum = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            sums.append((jobs, executions, checksum))
        }
        let (ours, theirs) = (sums[0], sums[1])
        guard ours == theirs else {
            throw SettingsError(
                "the copy differs: the source holds \(ours.jobs) jobs and \(ours.executions) executions, the target "
                    + "\(theirs.jobs) and \(theirs.executions); copy into an empty database, or run it again when nothing "
                    + "else writes to either")
        }
        return ours.checksum
    }
}

extension Job {
    /// All that is stored of it, as the API writes it.
    fileprivate func digest(into hash: inout SHA256) {
        var writer = JSONWriter()
        write(to: &writer)
        hash.update(data: writer.bytes)
    }
}

extension TransferredExecution {
    fileprivate func digest(into hash: inout SHA256) {
        var writer = JSONWriter()
        execution.write(to: &writer)
        hash.update(data: writer.bytes)
        hash.update(data: Array("\(lane.rawValue) \(task ?? "") \(execution.cancelRequested)".utf8))
    }
}
