internal import PunctualAccess

extension QRCode {
    /// The light border that readers ask for, in modules.
    private static let border = 4

    /// The code for a terminal: half blocks, two rows a line, light modules drawn and dark ones left.
    /// - Parameter colour: whether to ask for white on black, whatever the terminal's own; without, it must be light on dark.
    func text(colour: Bool) -> String {
        let edge = QRCode.border
        func isLight(_ x: Int, _ y: Int) -> Bool {
            guard (0..<size).contains(x), (0..<size).contains(y) else { return y < size + edge }
            return !self[x, y]
        }
        return stride(from: -edge, to: size + edge, by: 2).map { y in
            let line = (-edge..<(size + edge)).map { x in
                switch (isLight(x, y), isLight(x, y + 1)) {
                case (true, true): "█"
                case (true, false): "▀"
                case (false, true): "▄"
                case (false, false): " "
                }
            }.joined()
            return colour ? "\u{1B}[40;97m\(line)\u{1B}[0m" : line
        }.joined(separator: "\n")
    }
}
