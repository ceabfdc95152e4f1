internal import CRabbitMQ

/// Memory for what one call hands to librabbitmq; it lives as long as this.
final class Arena {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit { for block in blocks { block.deallocate() } }

    func bytes(_ text: String) -> amqp_bytes_t { bytes(Array(text.utf8)) }

    func bytes(_ bytes: [UInt8]) -> amqp_bytes_t {
        guard !bytes.isEmpty else { return amqp_bytes_t() }
        let block = allocate(bytes.count, alignment: 1)
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { block.copyMemory(from: start, byteCount: source.count) }
        }
        return amqp_bytes_t(len: bytes.count, bytes: block)
    }

    func table(_ fields: [Field]) -> amqp_table_t {
        guard !fields.isEmpty else { return amqp_table_t() }
        let stride = MemoryLayout<amqp_table_entry_t>.stride
        let entries = allocate(stride * fields.count, alignment: MemoryLayout<amqp_table_entry_t>.alignment)
            .bindMemory(to: amqp_table_entry_t.self, capacity: fields.count)
        for (index, field) in fields.enumerated() {
            var value = amqp_field_value_t()
            switch field.value {
            case .text(let text):
                value.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
                value.value.bytes = bytes(text)
            case .int(let number):
                // The kind that most clients send, so that their declarations of the same queue agree with ours.
                if let small = Int32(exactly: number) {
                    value.kind = UInt8(AMQP_FIELD_KIND_I32.rawValue)
                    value.value.i32 = small
                } else {
                    value.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
                    value.value.i64 = number
                }
            case .bool(let flag):
                value.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
                value.value.boolean = flag ? 1 : 0
            case .table(let inner):
                value.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
                value.value.table = table(inner)
            }
            (entries + index).initialize(to: amqp_table_entry_t(key: bytes(field.name), value: value))
        }
        return amqp_table_t(num_entries: Int32(fields.count), entries: entries)
    }

    private func allocate(_ count: Int, alignment: Int) -> UnsafeMutableRawPointer {
        let block = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: alignment)
        blocks.append(block)
        return block
    }
}

/// One entry of an AMQP field table.
struct Field: Hashable, Sendable {
    indirect enum Value: Hashable, Sendable {
        case text(String)
        case int(Int64)
        case bool(Bool)
        case table([Field])
    }

    var name: String
    var value: Value

    init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}

extension String {
    /// What librabbitmq handed over; bytes that are no UTF-8 become replacement characters.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}
