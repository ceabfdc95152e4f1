internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension Work {
    /// What an attempt says beside how it goes: lines, and how far it is.
    struct Saying {
        var lines: [SaidLine] = []
        /// The number of the first line among all of this attempt; nil when it is not told.
        var from: Int?
        var progress: ProgressReport?

        var isEmpty: Bool { lines.isEmpty && progress == nil }

        /// What is to be kept, without what the job's secrets hold.
        func report(by lease: Lease, _ mask: SecretMask?) -> AttemptReport {
            var report = AttemptReport(lease, lines: lines, from: from, progress: progress)
            guard let mask, !mask.isEmpty else { return report }
            for index in report.lines.indices {
                report.lines[index].text = mask.masked(line: OutputBounds.fit(report.lines[index].text))
            }
            if let message = progress?.message { report.progress?.message = mask.masked(line: message) }
            return report
        }
    }

    /// An attempt that goes on.
    struct Beat {
        let lease: Lease
        let saying: Saying

        init?(_ fields: inout Fields) {
            let lease = fields.claim()
            saying = fields.saying()
            guard let lease else { return nil }
            self.lease = lease
        }
    }
}

extension Fields {
    /// What a heartbeat or an end brings besides.
    mutating func saying() -> Work.Saying {
        var saying = Work.Saying()
        saying.from = int("lines_from", 1...Int(Int32.max), nullable: true)
        if let lines = value("lines") {
            if let elements = lines.array, elements.count <= OutputBounds.reportLines {
                for (index, element) in elements.enumerated() {
                    if let line = line(element, at: pointer.appending("lines").appending(index)) {
                        saying.lines.append(line)
                    }
                }
            } else {
                fault("lines", "must be an array of at most \(OutputBounds.reportLines) lines")
            }
        }
        if let progress = value("progress") {
            var fields = Fields(progress, at: pointer.appending("progress"), into: faults)
            let percent = fields.value("percent") == nil ? nil : fields.double("percent", 0...100)
            let message = fields.string("message", lengths: 0...ExecutionProgress.messageLimit, nullable: true)
            fields.finish()
            saying.progress = ProgressReport(percent: percent, message: message)
        }
        return saying
    }

    /// A text, or an object that says more of it; nil when it is at fault.
    private func line(_ element: JSONValue, at place: JSONPointer) -> SaidLine? {
        if let text = element.string { return check(text, at: place) ? SaidLine(text) : nil }
        guard element.object != nil else {
            faults.add(place, "must be a string or an object with its text, not \(element.kind)")
            return nil
        }
        var fields = Fields(element, at: place, into: faults)
        let given = fields.value("text")
        fields.requireGiven("text", given)
        let level = fields.value("level") == nil ? nil : fields.choice("level", OutputLevel.self)
        let at = fields.instant("at", nullable: true)
        fields.finish()
        guard let given else { return nil }
        guard let text = given.string else {
            fields.fault("text", "must be a string, not \(given.kind)")
            return nil
        }
        return check(text, at: place.appending("text")) ? SaidLine(text, level: level ?? .info, at: at) : nil
    }

    private func check(_ text: String, at place: JSONPointer) -> Bool {
        let count = text.utf8.count
        if count <= OutputBounds.lineBytes { return true }
        faults.add(place, "is \(count) bytes long; at most \(OutputBounds.lineBytes) are allowed")
        return false
    }
}
