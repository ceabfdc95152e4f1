internal import PunctualHTTP

extension Settings {
    static let linkKeys: Set = ["dashboard.traces", "dashboard.logs"]
}

extension OutsideLinks {
    /// The settings with what is given in place of what is not.
    /// - Parameter text: the value of a key; nil when it is not given.
    func reading(_ text: (String) -> String?) throws(SettingsError) -> OutsideLinks {
        var links = self
        for (key, field) in [("dashboard.traces", \OutsideLinks.traces), ("dashboard.logs", \.logs)] {
            guard let value = text(key) else { continue }
            guard OutsideLinks.isFit(value) else {
                throw SettingsError(
                    "\(key): must be an address such as https://traces.example.com/trace/{trace_id}, with {trace_id} or {execution_id}"
                )
            }
            links[keyPath: field] = value
        }
        return links
    }
}
