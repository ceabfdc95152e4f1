internal import Foundation

/// How traces are made and where they go: the standard variables of OpenTelemetry, and what is put in their place.
package struct TracingSettings: Hashable, Sendable {
    /// Where spans are posted, whole; nil exports nothing.
    package var endpoint: String?
    /// Whether spans are made and traces go on, exported or not.
    package var isOn = false
    package var headers: [Header] = []
    /// Of one call.
    package var timeout = Duration.seconds(10)
    package var packs = false
    /// A PEM file of certificates to trust; nil means the system's.
    package var certificate: String?
    package var sampler = Sampler()
    package var limits = SpanLimits()
    package var export = SpanExport.Options()
    package var propagates = true
    package var serviceName = "punctual"
    /// Further attributes of who sends them, in order.
    package var resource: [Header] = []

    /// A name and its value.
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A variable that cannot be used, in one line.
    package struct Fault: Error, Equatable {
        package let text: String
    }

    package init() {}

    /// Reads the variables of OpenTelemetry.
    /// - Throws: the first that cannot be used. The standard lets others be passed over with a warning; a setting that quietly
    ///   does not hold helps nobody.
    package init(environment: [String: String]) throws(Fault) {
        // The switch for an emergency holds whatever else is set, and however.
        if Self.isDisabled(environment) { return }
        func text(_ names: String...) -> (name: String, value: String)? {
            // One that is empty counts as not set, says the standard.
            for name in names {
                if let value = environment[name], !value.isEmpty { return (name, value) }
            }
            return nil
        }
        func whole(_ name: String, _ range: ClosedRange<Int>) throws(Fault) -> Int? {
            guard let (name, value) = text(name) else { return nil }
            guard let number = Int(value), range.contains(number) else {
                throw Fault(
                    text: "\(name) \"\(value)\": must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        if let (name, value) = text("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"),
            value != "http/protobuf"
        {
            throw Fault(text: "\(name) \"\(value)\": must be http/protobuf; nothing else is spoken here")
        }
        if let (_, value) = text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
            endpoint = value
        } else if let (_, value) = text("OTEL_EXPORTER_OTLP_ENDPOINT") {
            endpoint = Self.traces(below: value)
        }
        isOn = endpoint != nil
        if let (name, value) = text("OTEL_TRACES_EXPORTER") {
            switch value {
            case "otlp":
                endpoint = endpoint ?? "http://localhost:4318/v1/traces"
                isOn = true
            // Traces go on from caller to receiver all the same.
            case "none": (endpoint, isOn) = (nil, true)
            default: throw Fault(text: "\(name) \"\(value)\": must be otlp or none")
            }
        }
        if let endpoint, !Self.isAddress(endpoint) {
            throw Fault(text: "OTEL_EXPORTER_OTLP_ENDPOINT: must be an address such as http://collector:4318")
        }
        if let (name, value) = text("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS") {
            // The values are secrets more often than not.
            guard let pairs = Self.pairs(value) else {
                throw Fault(text: "\(name): must be NAME=VALUE, with commas between")
            }
            headers = pairs
        }
        for name in ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"] {
            if let number = try whole(name, 1...3_600_000) {
                timeout = .milliseconds(number)
                break
            }
        }
        if let (name, value) = text("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION") {
            guard ["gzip", "none"].contains(value) else {
                throw Fault(text: "\(name) \"\(value)\": must be gzip or none")
            }
            packs = value == "gzip"
        }
        certificate = text("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE")?.value
        var ratio = 1.0
        if let (name, value) = text("OTEL_TRACES_SAMPLER_ARG") {
            guard let number = Double(value), (0...1).contains(number) else {
                throw Fault(text: "\(name) \"\(value)\": must be a number from 0 to 1")
            }
            ratio = number
        }
        if let (name, value) = text("OTEL_TRACES_SAMPLER") {
            guard let known = Sampler(name: value, ratio: ratio) else {
                throw Fault(text: "\(name) \"\(value)\": must be one of \(Sampler.names.joined(separator: ", "))")
            }
            sampler = known
        }
        if let (name, value) = text("OTEL_PROPAGATORS") {
            let names = value.split(separator: ",").map { $0.filter { $0 != " " } }
            // Baggage is let through to nobody: what a caller says of himself is no business of a job's receiver.
            guard names.allSatisfy({ ["tracecontext", "baggage", "none"].contains($0) }) else {
                throw Fault(text: "\(name) \"\(value)\": must be tracecontext or none")
            }
            propagates = names.contains("tracecontext")
        }
        serviceName = text("OTEL_SERVICE_NAME")?.value ?? serviceName
        if let (name, value) = text("OTEL_RESOURCE_ATTRIBUTES") {
            guard let pairs = Self.pairs(value) else {
                throw Fault(text: "\(name): must be NAME=VALUE, with commas between")
            }
            resource = pairs
            if text("OTEL_SERVICE_NAME") == nil, let own = pairs.first(where: { $0.name == "service.name" }) {
                serviceName = own.value
            }
            resource.removeAll { $0.name == "service.name" }
        }
        if let number = try whole("OTEL_BSP_SCHEDULE_DELAY", 1...3_600_000) { export.delay = .milliseconds(number) }
        if let number = try whole("OTEL_BSP_EXPORT_TIMEOUT", 1...3_600_000) { export.timeout = .milliseconds(number) }
        if let number = try whole("OTEL_BSP_MAX_QUEUE_SIZE", 1...1_000_000) { export.queue = number }
        if let number = try whole("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1...1_000_000) { export.batch = number }
        export.batch = min(export.batch, export.queue)
        for name in ["OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"] {
            limits.attributes = try whole(name, 0...10_000) ?? limits.attributes
        }
        for name in ["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"] {
            limits.textLength = try whole(name, 0...1_000_000) ?? limits.textLength
        }
        limits.events = try whole("OTEL_SPAN_EVENT_COUNT_LIMIT", 0...10_000) ?? limits.events
        limits.links = try whole("OTEL_SPAN_LINK_COUNT_LIMIT", 0...10_000) ?? limits.links
    }

    /// Whether OpenTelemetry is switched off as a whole.
    package static func isDisabled(_ environment: [String: String]) -> Bool {
        environment["OTEL_SDK_DISABLED"]?.lowercased() == "true"
    }

    /// The traces' own address below a collector's.
    package static func traces(below base: String) -> String { base + (base.hasSuffix("/") ? "" : "/") + "v1/traces" }

    package static func isAddress(_ text: String) -> Bool {
        let rest = ["https://", "http://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) }
        return rest?.isEmpty == false && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// `NAME=VALUE` with commas between, the values percent-encoded (W3C Baggage); nil for another form.
    package static func pairs(_ text: String) -> [Header]? {
        var pairs: [Header] = []
        for part in text.split(separator: ",") {
            let member = part.trimmingCharacters(in: .whitespaces)
            if member.isEmpty { continue }
            guard let equals = member.firstIndex(of: "=") else { return nil }
            let name = member[..<equals].trimmingCharacters(in: .whitespaces)
            let value = member[member.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            guard !name.isEmpty, let plain = value.removingPercentEncoding, !plain.contains(where: \.isNewline) else {
                return nil
            }
            pairs.append(Header(name: name, value: plain))
        }
        return pairs
    }
}
