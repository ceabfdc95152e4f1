public import PunctualJSON

extension JSONValue {
    /// The one text of this value: no blanks, members sorted by the bytes of their names, numbers as they were written.
    ///
    /// Two values are equal exactly when their canonical bytes are; but for numbers it is RFC 8785.
    public var canonicalBytes: [UInt8] {
        var writer = JSONWriter()
        JSONValue.write(self, to: &writer)
        return writer.bytes
    }

    private static func write(_ value: JSONValue, to writer: inout JSONWriter) {
        switch value {
        case .array(let elements):
            writer.beginArray()
            for element in elements { write(element, to: &writer) }
            writer.endArray()
        case .object(let object):
            writer.beginObject()
            let sorted = object.members.sorted { left, right in
                left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
            }
            for member in sorted {
                writer.name(escaping: member.name)
                write(member.value, to: &writer)
            }
            writer.endObject()
        default:
            writer.value(value)
        }
    }
}
