internal import Tracing

/// OTLP's `ExportTraceServiceRequest` (opentelemetry-proto 1.x, `trace.proto`): field numbers are the standard's.
enum OTLPTraces {
    /// The name of what makes the spans.
    static let scope = "punctual"

    /// - Parameter resource: who sends them, by the names of OpenTelemetry's conventions.
    static func request(
        _ spans: [EndedSpan], resource: [(String, String)], version: String, textLimit: Int
    ) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { group in
            group.message(1) { own in
                for (name, value) in resource {
                    own.message(1) { pair(&$0, name, .string(value), textLimit) }
                }
            }
            group.message(2) { scoped in
                scoped.message(1) { scope in
                    scope.text(1, Self.scope)
                    scope.text(2, version)
                }
                for span in spans { scoped.message(2) { write(span, &$0, textLimit) } }
            }
        }
        return writer.bytes
    }

    private static func write(_ span: EndedSpan, _ writer: inout ProtobufWriter, _ textLimit: Int) {
        writer.words(1, span.identity.traceHigh, span.identity.traceLow)
        writer.words(2, span.identity.span)
        writer.text(3, span.identity.state)
        if let parent = span.parent { writer.words(4, parent) }
        writer.text(5, String(span.name.prefix(textLimit)))
        writer.integer(6, number(span.kind))
        writer.fixed64(7, span.began)
        writer.fixed64(8, span.ended)
        attributes(9, span.attributes, &writer, textLimit)
        writer.integer(10, UInt64(span.droppedAttributes))
        for event in span.events {
            writer.message(11) { inner in
                inner.fixed64(1, event.nanosecondsSinceEpoch)
                inner.text(2, event.name)
                attributes(3, event.attributes, &inner, textLimit)
            }
        }
        writer.integer(12, UInt64(span.droppedEvents))
        for link in span.links {
            writer.message(13) { inner in
                inner.words(1, link.identity.traceHigh, link.identity.traceLow)
                inner.words(2, link.identity.span)
                inner.text(3, link.identity.state)
                attributes(4, link.attributes, &inner, textLimit)
                inner.fixed32(6, flags(link.identity, isRemote: link.identity.isRemote))
            }
        }
        writer.integer(14, UInt64(span.droppedLinks))
        if let status = span.status {
            writer.message(15) { inner in
                inner.text(2, String((status.message ?? "").prefix(textLimit)))
                inner.integer(3, status.code == .ok ? 1 : 2)
            }
        }
        writer.fixed32(16, flags(span.identity, isRemote: span.hasRemoteParent))
    }

    /// The W3C flags, and from bit 8 on whether it is known that the other end is remote, and whether it is.
    private static func flags(_ identity: SpanIdentity, isRemote: Bool) -> UInt32 {
        UInt32(identity.flags) | 0x100 | (isRemote ? 0x200 : 0)
    }

    private static func number(_ kind: SpanKind) -> UInt64 {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }

    private static func attributes(
        _ field: Int, _ attributes: SpanAttributes, _ writer: inout ProtobufWriter, _ textLimit: Int
    ) {
        var all: [(String, SpanAttribute)] = []
        // No sequence, though it has the method.
        // swift-format-ignore: ReplaceForEachWithForLoop
        attributes.forEach { name, value in all.append((name, value)) }
        // In an order that does not change from run to run.
        for (name, value) in all.sorted(by: { $0.0 < $1.0 }) {
            writer.message(field) { pair(&$0, name, value, textLimit) }
        }
    }

    private static func pair(
        _ writer: inout ProtobufWriter, _ name: String, _ value: SpanAttribute, _ textLimit: Int
    ) {
        writer.text(1, name)
        writer.message(2) { any(&$0, value, textLimit) }
    }

    /// An `AnyValue`.
    private static func any(
        _ writer: inout ProtobufWriter, _ value: SpanAttribute, _ textLimit: Int
    ) {
        func array<Item>(_ items: [Item], _ attribute: (Item) -> SpanAttribute) {
            writer.message(5) { list in
                for item in items { list.message(1) { any(&$0, attribute(item), textLimit) } }
            }
        }
        switch value {
        case .string(let text): writer.presentText(1, cut(text, textLimit))
        case .stringConvertible(let value): writer.presentText(1, cut("\(value)", textLimit))
        case .bool(let value): writer.present(2, value ? 1 : 0)
        case .int32(let number): writer.present(3, UInt64(bitPattern: Int64(number)))
        case .int64(let number): writer.present(3, UInt64(bitPattern: number))
        case .double(let number): writer.fixed64(4, number.bitPattern)
        case .stringArray(let items): array(items) { .string($0) }
        case .boolArray(let items): array(items) { .bool($0) }
        case .int32Array(let items): array(items) { .int32($0) }
        case .int64Array(let items): array(items) { .int64($0) }
        case .doubleArray(let items): array(items) { .double($0) }
        case .stringConvertibleArray(let items): array(items) { .string("\($0)") }
        default: break
        }
    }

    private static func cut(_ text: String, _ limit: Int) -> String {
        text.utf8.count <= limit ? text : String(text.prefix(limit))
    }

    /// How many spans the answer says were not taken, and why; none for an answer that says nothing of it.
    static func rejected(_ answer: [UInt8]) -> (count: Int, why: String) {
        var reader = ProtobufReader(answer)
        while let (field, value) = reader.next() {
            guard field == 1, case .bytes(let inner) = value else { continue }
            var (count, why, part) = (0, "", ProtobufReader(inner))
            while let (field, value) = part.next() {
                switch (field, value) {
                case (1, .number(let number)): count = Int(clamping: Int64(bitPattern: number))
                case (2, .bytes(let text)): why = String(decoding: text, as: UTF8.self)
                default: break
                }
            }
            return (max(0, count), why)
        }
        return (0, "")
    }
}
