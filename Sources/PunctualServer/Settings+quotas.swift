internal import PunctualCore
internal import PunctualSchedule

extension Settings {
    /// The standard: no job comes more often than once a second.
    static var standardQuotas: Quotas {
        var quotas = Quotas()
        quotas.smallestInterval = Quota(.seconds(1))
        return quotas
    }

    static let quotaKeys: Set = [
        "quotas.jobs_per_service", "quotas.smallest_interval", "quotas.queue_share", "quotas.queue_room",
    ]
    static let quotaLists: Set = ["quotas.jobs_per_service", "quotas.smallest_interval", "quotas.queue_share"]
}

extension Quotas {
    /// The quotas with what is given in place of what is not.
    /// - Parameters:
    ///   - text: the value of a key; nil when it is not given.
    ///   - list: the values of a key that may be a list.
    func reading(
        _ text: (String) -> String?, list: (String) -> [String]?
    ) throws(SettingsError) -> Quotas {
        var result = self
        if let words = list("quotas.jobs_per_service") {
            result.jobs = try jobs.reading(words, "quotas.jobs_per_service", "a number of jobs") { word in
                Int(word).flatMap { (1...10_000_000).contains($0) ? $0 : nil }
            }
        }
        if let words = list("quotas.smallest_interval") {
            let wanted = "a duration from 100ms to 366d"
            result.smallestInterval = try smallestInterval.reading(words, "quotas.smallest_interval", wanted) { word in
                Duration(text: word).flatMap { (.milliseconds(100) ... .seconds(366 * 86_400)).contains($0) ? $0 : nil }
            }
        }
        if let words = list("quotas.queue_share") {
            result.queueShare = try queueShare.reading(words, "quotas.queue_share", "a share from 1% to 100%") { word in
                word.last == "%" ? Int(word.dropLast()).flatMap { (1...100).contains($0) ? $0 : nil } : nil
            }
        }
        if let word = text("quotas.queue_room") {
            guard let room = Int(word), (100...100_000).contains(room) else {
                throw SettingsError("quotas.queue_room \"\(word)\": must be from 100 to 100000 waiting executions")
            }
            result.queueRoom = room
        }
        return result
    }
}

extension Quota {
    /// The quota that the words give: one for all services, `NAME:` before those of single ones, `off` for as much as they
    /// like. What is not said stays as it is.
    fileprivate func reading(
        _ words: [String], _ key: String, _ wanted: String, _ read: (String) -> Value?
    ) throws(SettingsError) -> Quota {
        var result = self
        var seen: Set<String> = []
        for word in words {
            let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts.count == 2 ? parts[0] : ""
            let value = read(parts[parts.count - 1])
            guard value != nil || parts[parts.count - 1] == "off", parts.count == 1 || Settings.isServiceName(name)
            else { throw SettingsError("\(key) \"\(word)\": write \(wanted) or off, for one service NAME: before it") }
            guard seen.insert(name).inserted else {
                throw SettingsError(
                    "\(key) \"\(word)\": \(name.isEmpty ? "all services have" : "\(name) has") a value already")
            }
            if parts.count == 1 { result.standard = value } else { result.services[name] = .some(value) }
        }
        return result
    }
}

extension Settings {
    /// Whether a job's `service` may be called so.
    fileprivate static func isServiceName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && Fields.isWord(text, extra: "._-")
    }
}
