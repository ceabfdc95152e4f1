package import PunctualCore
internal import PunctualJSON

/// Takes what secrets hold out of what an attempt says: whoever sees a job's history may not see the service's secrets.
///
/// A secret is found as it is, without white space around it, and as JSON writes it; not when a target has changed it in any other
/// way. One of fewer bytes than `least` is left: it would be found everywhere, and tell by its absence what it is.
package struct SecretMask: Sendable {
    /// In bytes.
    package static let least = 6
    private static let mark = "***"

    private let forms: [[UInt8]]
    /// What of them may stand in one line: also each line of a secret that has several.
    private let lineForms: [[UInt8]]

    /// What looks for nothing.
    static let nothing = SecretMask([Redacted<String>]())

    /// - Parameter secrets: what they hold.
    package init(_ secrets: some Sequence<Redacted<String>>) {
        var forms: Set<[UInt8]> = []
        for secret in secrets {
            let text = secret.reveal()
            let trimmed = text.trimmingPrefix(while: \.isWhitespace)
            let bare = trimmed.dropLast(trimmed.reversed().prefix(while: \.isWhitespace).count)
            // Without its quotes.
            let written = JSONValue.string(text).description.dropFirst().dropLast()
            // Executors keep NUL, which PostgreSQL cannot, as U+FFFD.
            for form in [text[...], bare, written] { forms.insert(Array(form.replacing("\0", with: "\u{FFFD}").utf8)) }
        }
        self.forms = forms.filter { $0.count >= Self.least }
        for form in forms where form.contains(0x0A) {
            for line in form.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) { forms.insert(Array(line)) }
        }
        lineForms = forms.filter { $0.count >= Self.least }
    }

    /// Whether there is nothing to look for.
    package var isEmpty: Bool { forms.isEmpty }

    /// The result with a mark in place of each secret, in its output and its error.
    package func masked(_ result: AttemptResult) -> AttemptResult {
        if isEmpty { return result }
        var result = result
        if case .failed(let reason, let error, let isRetryable, let retryAfter) = result.verdict {
            result.verdict = .failed(
                reason: reason, error: masked(error), isRetryable: isRetryable, retryAfter: retryAfter)
        }
        result.note = result.note.map { masked($0) }
        result.result.output = masked(result.result.output, isCut: result.result.outputTruncated)
        return result
    }

    /// The line with a mark in place of each secret, and of each line of one that has several.
    package func masked(line: String) -> String {
        // A line of all bytes that one may have was cut, perhaps, and a character may have been where.
        masked(line, isCut: line.utf8.count > OutputBounds.lineBytes - 4, forms: lineForms)
    }

    private func masked(_ text: String, isCut: Bool = false) -> String { masked(text, isCut: isCut, forms: forms) }

    /// - Parameter isCut: whether some of it is missing: where a line says so, else at its end. A secret may have been cut in two there.
    private func masked(_ text: String, isCut: Bool, forms: [[UInt8]]) -> String {
        let bytes = Array(text.utf8)
        let cuts = isCut ? OutputCut.places(in: bytes) : []
        var isSecret = [Bool](repeating: false, count: bytes.count)
        var start = 0
        for cut in cuts {
            find(in: bytes[start..<cut.lowerBound], endsCut: true, beginsCut: start > 0, forms, &isSecret)
            start = cut.upperBound
        }
        find(in: bytes[start...], endsCut: isCut && cuts.isEmpty, beginsCut: start > 0, forms, &isSecret)
        guard isSecret.contains(true) else { return text }
        var kept: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if !isSecret[index] {
                kept.append(byte)
            } else if index == 0 || !isSecret[index - 1] {
                kept += Self.mark.utf8
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// Tells which bytes of a piece are a secret's.
    /// - Parameters:
    ///   - endsCut: whether what came next is missing, so that a secret's beginning may stand at the end.
    ///   - beginsCut: the same at the beginning.
    private func find(
        in bytes: ArraySlice<UInt8>, endsCut: Bool, beginsCut: Bool, _ forms: [[UInt8]], _ isSecret: inout [Bool]
    ) {
        func note(_ range: Range<Int>) { for index in range { isSecret[index] = true } }
        for form in forms {
            var start = bytes.startIndex
            while let place = bytes[start...].firstIndex(of: form[0]) {
                if bytes[place...].starts(with: form) { note(place..<(place + form.count)) }
                start = place + 1
            }
            let parts = 1..<min(form.count, bytes.count + 1)
            if endsCut, let count = parts.last(where: { bytes.suffix($0).elementsEqual(form.prefix($0)) }) {
                note((bytes.endIndex - count)..<bytes.endIndex)
            }
            if beginsCut, let count = parts.last(where: { bytes.prefix($0).elementsEqual(form.suffix($0)) }) {
                note(bytes.startIndex..<(bytes.startIndex + count))
            }
        }
    }
}
