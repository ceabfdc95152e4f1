import Testing

@testable import PunctualObservability

@Suite("The variables of OpenTelemetry")
struct TracingSettingsTests {
    @Test("without them nothing is traced; empty ones count as none")
    func off() throws {
        for environment in [[:], ["OTEL_EXPORTER_OTLP_ENDPOINT": "", "OTEL_TRACES_SAMPLER": ""]] {
            let settings = try TracingSettings(environment: environment)
            #expect(!settings.isOn && settings.endpoint == nil && settings == TracingSettings())
        }
        #expect(try !TracingSettings(environment: ["OTEL_SERVICE_NAME": "billing"]).isOn)
    }

    @Test(
        "a collector's address has the traces' path added; the traces' own is taken as it is",
        arguments: [
            (["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"], "http://c:4318/v1/traces"),
            (["OTEL_EXPORTER_OTLP_ENDPOINT": "https://c/otlp/"], "https://c/otlp/v1/traces"),
            (["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/x"], "http://c/x"),
            (
                ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/x", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://d"],
                "http://c/x"
            ),
            (["OTEL_TRACES_EXPORTER": "otlp"], "http://localhost:4318/v1/traces"),
        ] as [([String: String], String)])
    func endpoint(_ environment: [String: String], _ url: String) throws {
        let settings = try TracingSettings(environment: environment)
        #expect(settings.endpoint == url && settings.isOn)
    }

    @Test("without an exporter traces go on, and nothing is sent; the switch turns all of it off")
    func none() throws {
        let passed = try TracingSettings(environment: [
            "OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c",
        ])
        #expect(passed.isOn && passed.endpoint == nil)
        for word in ["true", "TRUE"] {
            let off = try TracingSettings(environment: [
                "OTEL_SDK_DISABLED": word, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c",
                // What somebody has injected that nothing here understands must not keep a scheduler from its start.
                "OTEL_TRACES_SAMPLER": "xray", "OTEL_PROPAGATORS": "b3", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
                "OTEL_TRACES_EXPORTER": "otlp,console", "OTEL_BSP_SCHEDULE_DELAY": "soon",
            ])
            #expect(!off.isOn)
        }
    }

    @Test("every other one takes its place")
    func all() throws {
        let settings = try TracingSettings(environment: [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_EXPORTER_OTLP_HEADERS": "other=1",
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "authorization=Basic%20abc%3D%3D, x-scope-orgid = 7",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "2500", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
            "OTEL_EXPORTER_OTLP_CERTIFICATE": "/ca.pem", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": "0.01", "OTEL_PROPAGATORS": "none",
            "OTEL_RESOURCE_ATTRIBUTES": "service.name=a,deployment.environment.name=prod%2Feu",
            "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_BSP_EXPORT_TIMEOUT": "200", "OTEL_BSP_MAX_QUEUE_SIZE": "10",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "20", "OTEL_SPAN_LINK_COUNT_LIMIT": "3",
            "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "9", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "4",
            "OTEL_SPAN_EVENT_COUNT_LIMIT": "5",
        ])
        #expect(
            settings.headers == [
                .init(name: "authorization", value: "Basic abc=="), .init(name: "x-scope-orgid", value: "7"),
            ])
        #expect(settings.timeout == .milliseconds(2500) && settings.packs && settings.certificate == "/ca.pem")
        #expect(settings.sampler == Sampler(root: .ratio(0.01), followsParent: true) && !settings.propagates)
        #expect(settings.serviceName == "a")
        #expect(settings.resource == [.init(name: "deployment.environment.name", value: "prod/eu")])
        #expect(settings.export.delay == .milliseconds(100) && settings.export.timeout == .milliseconds(200))
        #expect(settings.export.queue == 10 && settings.export.batch == 10, "no batch is larger than the queue")
        #expect(settings.limits.links == 3 && settings.limits.textLength == 9)
        #expect(settings.limits.attributes == 4 && settings.limits.events == 5)
        let named = try TracingSettings(environment: [
            "OTEL_SERVICE_NAME": "b", "OTEL_RESOURCE_ATTRIBUTES": "service.name=a",
        ])
        #expect(named.serviceName == "b" && named.resource.isEmpty)
    }

    @Test(
        "one that cannot be used is named, with what it may be; no header's value is shown",
        arguments: [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "http/protobuf"),
            ("OTEL_TRACES_EXPORTER", "zipkin", "otlp or none"), ("OTEL_TRACES_SAMPLER", "jaeger_remote", "always_on"),
            ("OTEL_TRACES_SAMPLER_ARG", "2", "from 0 to 1"), ("OTEL_TRACES_SAMPLER_ARG", "nan", "from 0 to 1"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "a number"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "gzip or none"),
            ("OTEL_PROPAGATORS", "b3", "tracecontext"), ("OTEL_BSP_MAX_QUEUE_SIZE", "0", "from 1"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "an address"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "hunter2", "NAME=VALUE"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=hunter2%0d%0ax: y", "NAME=VALUE"),
            ("OTEL_RESOURCE_ATTRIBUTES", "x", "NAME=VALUE"),
        ])
    func bad(_ name: String, _ value: String, _ words: String) {
        let fault = #expect(throws: TracingSettings.Fault.self) {
            try TracingSettings(environment: [name: value])
        }
        #expect(fault?.text.contains(name) == true && fault?.text.contains(words) == true)
        #expect(fault?.text.contains("hunter2") == false)
    }
}
