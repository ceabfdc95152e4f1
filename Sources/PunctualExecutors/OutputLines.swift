internal import PunctualCore

/// Makes lines of what a command says, however its bytes come, and hands each on as soon as it is whole.
struct OutputLines {
    let sink: OutputSink
    private var open: [UInt8] = []

    init(_ sink: OutputSink) { self.sink = sink }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            take(rest[..<end])
            finish(always: true)
            rest = rest[(end + 1)...]
        }
        take(rest)
    }

    /// Of a longer line the beginning is kept.
    private mutating func take(_ bytes: Slice<UnsafeRawBufferPointer>) {
        open.append(contentsOf: bytes.prefix(max(0, OutputBounds.lineBytes - open.count)))
    }

    /// Hands on what has no line end.
    mutating func finish() { finish(always: false) }

    private mutating func finish(always: Bool) {
        if open.isEmpty, !always { return }
        if open.last == 0x0D { open.removeLast() }
        let whole = open.count < OutputBounds.lineBytes ? open[...] : OutputText.trimmingEnd(open[...])
        sink(SaidLine(OutputText.text(whole)))
        open.removeAll(keepingCapacity: true)
    }
}
