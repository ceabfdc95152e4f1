import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

@testable import punctual

@Suite("The check of an audit export")
struct AuditCheckTests {
    private static let entries: [AuditEntry] = {
        var entries: [AuditEntry] = []
        for number in 0..<20 {
            let draft = AuditDraft(
                at: Timestamp(milliseconds: Int64(number) * 1000), principal: "user:\(number)",
                credential: number % 2 == 0 ? "key:1" : nil, address: IPAddress("192.0.2.\(number)"),
                operation: "createKey", resource: "key:\(number)", isAllowed: number % 3 != 0,
                after: ["name": .string("n\(number)")], requestID: "r\(number)")
            entries.append(AuditEntry(draft, after: entries.last?.head ?? .empty))
        }
        return entries
    }()

    private static let lines = entries.map { $0.exported.description }

    private func check(_ lines: [String], holding head: AuditHead? = nil) throws(Failure) -> AuditHead {
        var check = try AuditCheck(holding: head.map { [$0] } ?? [])
        try check.read(Array(lines.map { $0 + "\n" }.joined().utf8))
        return try check.finish()
    }

    /// What is said of an export that does not fit; nil when it does.
    private func fault(_ lines: [String], holding head: AuditHead? = nil) -> String? {
        do throws(Failure) {
            _ = try check(lines, holding: head)
            return nil
        } catch {
            #expect(error.status == .failed)
            return error.description
        }
    }

    @Test("an export that is whole fits, and its head is read again as it was printed")
    func whole() throws {
        let head = try check(Self.lines)
        #expect(head == Self.entries.last?.head && AuditHead(text: head.text) == head)
        #expect(try check([]) == .empty && fault(Self.lines, holding: head) == nil)
        #expect(try check(Self.lines, holding: Self.entries[6].head) == head)
    }

    @Test("every change of every line is found, and told with its place")
    func tampering() throws {
        for index in Self.lines.indices {
            let number = index + 1
            var lines = Self.lines
            lines[index] = lines[index].replacing("createKey", with: "deleteKey")
            #expect(fault(lines)?.contains("entry \(number) was changed") == true)
            if index < Self.lines.count - 1 {
                lines = Self.lines
                lines.remove(at: index)
                #expect(fault(lines)?.contains("entry \(number) should come") == true)
                lines = Self.lines
                lines.swapAt(index, index + 1)
                #expect(fault(lines)?.contains("entry \(number) should come") == true)
            }
            for more in [#"{"x":1,"#, #"{"note":"hidden","#] {
                lines = Self.lines
                lines[index] = more + lines[index].dropFirst()
                #expect(fault(lines) == "line \(number) is no entry of an audit log", "what no hash covers is refused")
            }
            for other in ["", "{}", "null", "text", "[1]", String(Self.lines[index].dropLast())] {
                lines = Self.lines
                lines[index] = other
                #expect(fault(lines) == "line \(number) is no entry of an audit log", "\(other)")
            }
        }
    }

    @Test("a log that was cut off or chained anew does not hold the head that was noted")
    func heads() throws {
        let head = try #require(Self.entries.last?.head)
        #expect(
            fault(Array(Self.lines.prefix(12)), holding: head)?.contains("ends at entry 12, before entry 20") == true)
        #expect(fault([], holding: head)?.contains("ends at entry 0") == true)
        var forged: [AuditEntry] = []
        for entry in Self.entries {
            var draft = entry.draft
            if entry.sequence == 5 { draft.principal = "user:other" }
            forged.append(AuditEntry(draft, after: forged.last?.head ?? .empty))
        }
        let lines = forged.map { $0.exported.description }
        #expect(fault(lines) == nil, "without a head nobody can tell")
        #expect(fault(lines, holding: head)?.contains("entry 20 is not the one that the head names") == true)
    }

    @Test(
        "a head that is none is refused",
        arguments: ["", ":", "1", "1:", "1:ab", "-1:\(zeros)", "x:\(zeros)", "1:\(zeros)0", "1:+\(zeros.dropFirst())"])
    func badHead(_ text: String) { #expect(AuditHead(text: text) == nil) }

    private static let zeros = String(repeating: "0", count: 64)

    @Test("lines come whole, however the bytes are cut, and one that is cut off is told")
    func lineReader() throws {
        let bytes = Array("a\n\nbcd\ne\n".utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var reader = LineReader()
                let lines =
                    try reader.read(Array(bytes[..<first])) + reader.read(Array(bytes[first..<second]))
                    + reader.read(Array(bytes[second...]))
                #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["a", "", "bcd", "e"])
                try reader.finish()
            }
        }
        var reader = LineReader()
        _ = try reader.read(Array("a\nb".utf8))
        #expect(throws: Failure.self) { try reader.finish() }
    }
}
