internal import PunctualObservability
internal import PunctualSchedule

extension Settings {
    static let tracingKeys: Set = [
        "tracing.endpoint", "tracing.headers", "tracing.sampler", "tracing.ratio", "tracing.timeout",
        "tracing.compression", "tracing.certificate", "tracing.service_name",
    ]

    /// The settings of traces: those of this program, and in the place of what is not given those of OpenTelemetry.
    /// - Parameter text: the value of a key; nil when it is not given.
    static func tracing(
        _ environment: [String: String], _ text: (String) -> String?
    ) throws(SettingsError) -> TracingSettings {
        var result: TracingSettings
        do throws(TracingSettings.Fault) { result = try TracingSettings(environment: environment) } catch {
            throw SettingsError(error.text)
        }
        if let endpoint = text("tracing.endpoint") {
            guard TracingSettings.isAddress(endpoint) else {
                throw SettingsError("tracing.endpoint: must be an address such as http://collector:4318")
            }
            result.endpoint = TracingSettings.traces(below: endpoint)
            result.isOn = true
        }
        if let headers = text("tracing.headers") {
            guard let pairs = TracingSettings.pairs(headers) else {
                throw SettingsError("tracing.headers: must be NAME=VALUE, with commas between")
            }
            result.headers = pairs
        }
        var ratio: Double?
        if let word = text("tracing.ratio") {
            guard let number = Double(word), (0...1).contains(number) else {
                throw SettingsError("tracing.ratio \"\(word)\": must be a number from 0 to 1")
            }
            ratio = number
        }
        if let name = text("tracing.sampler") {
            guard let sampler = Sampler(name: name, ratio: ratio ?? 1) else {
                throw SettingsError(
                    "tracing.sampler \"\(name)\": must be one of \(Sampler.names.joined(separator: ", "))")
            }
            result.sampler = sampler
        } else if let ratio {
            result.sampler = Sampler(root: .ratio(ratio), followsParent: true)
        }
        if let word = text("tracing.timeout") {
            guard let timeout = Duration(text: word), (.milliseconds(1) ... .seconds(3600)).contains(timeout) else {
                throw SettingsError("tracing.timeout \"\(word)\": must be a duration from 1ms to 1h")
            }
            result.timeout = timeout
        }
        if let word = text("tracing.compression") {
            guard ["gzip", "none"].contains(word) else {
                throw SettingsError("tracing.compression \"\(word)\": must be gzip or none")
            }
            result.packs = word == "gzip"
        }
        result.certificate = text("tracing.certificate") ?? result.certificate
        if let name = text("tracing.service_name") {
            guard !name.isEmpty else { throw SettingsError("tracing.service_name: must be a name") }
            result.serviceName = name
        }
        if TracingSettings.isDisabled(environment) { result.isOn = false }
        return result
    }
}
