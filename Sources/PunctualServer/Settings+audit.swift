internal import PunctualSchedule

extension Settings {
    /// Where the head of the audit log is put by.
    struct Anchors: Sendable, Equatable {
        /// A file to which lines are added; nil means none.
        var file: String?
        /// An address to post to; nil means none.
        var url: String?
        /// How long from one anchor to the next.
        var every = Duration.seconds(3600)
    }

    static let anchorKeys: Set = ["audit.anchor.file", "audit.anchor.url", "audit.anchor.every"]

    /// - Throws: `SettingsError` when there is no log to put by, or a file is to be written that cannot be.
    func checkAnchors() throws(SettingsError) {
        if access.mode == .open, anchors.file != nil || anchors.url != nil {
            throw SettingsError("audit.anchor: without access control there is no audit log to put by; leave it out")
        }
        guard roles.contains(.scheduler), let path = anchors.file else { return }
        do throws(AnchorFault) {
            try AnchorFile(path: path).check()
        } catch {
            throw SettingsError("audit.anchor.file \"\(path)\": \(error)")
        }
    }
}

extension Settings.Anchors {
    /// The settings with what is given in place of what is not.
    /// - Parameter text: the value of a key; nil when it is not given.
    func reading(_ text: (String) -> String?) throws(SettingsError) -> Settings.Anchors {
        var result = self
        if let path = text("audit.anchor.file") {
            guard !path.isEmpty else { throw SettingsError("audit.anchor.file: must be a path") }
            result.file = path
        }
        if let url = text("audit.anchor.url") {
            let rest = ["https://", "http://"].first { url.hasPrefix($0) }.map { url.dropFirst($0.count) }
            guard rest?.isEmpty == false, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw SettingsError("audit.anchor.url: must be an address such as https://anchors.example.com/punctual")
            }
            result.url = url
        }
        if let word = text("audit.anchor.every") {
            guard let every = Duration(text: word), (.seconds(1) ... .seconds(30 * 86_400)).contains(every) else {
                throw SettingsError("audit.anchor.every \"\(word)\": must be a duration from 1s to 30d")
            }
            result.every = every
        }
        return result
    }
}
