/// A QR code of a short text: byte mode, error correction level L, versions 1 to 15 (ISO/IEC 18004).
///
/// Level L since a screen is neither torn nor stained, and a smaller code fits more terminals.
package struct QRCode {
    /// How many modules a side has.
    package let size: Int
    /// Row by row; true is dark.
    private var modules: [Bool]
    /// The modules that hold no data.
    private var isFixed: [Bool]

    /// - Returns: nil when the text is longer than 520 bytes.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let version = QRVersion.all.first(where: { $0.capacity >= bytes.count }) else { return nil }
        size = 17 + 4 * version.number
        modules = [Bool](repeating: false, count: size * size)
        isFixed = modules
        drawPatterns(version)
        place(version.codewords(of: bytes))
        // The mask that leaves the fewest shapes a reader could take for something else; the standard's choice.
        let masked = (0..<8).map { mask in
            var copy = self
            copy.apply(mask)
            copy.drawFormat(mask)
            return copy
        }
        modules = masked.min { $0.penalty < $1.penalty }?.modules ?? modules
    }

    /// Whether the module is dark.
    package subscript(x: Int, y: Int) -> Bool { modules[y * size + x] }

    private mutating func fix(_ x: Int, _ y: Int, _ isDark: Bool) {
        modules[y * size + x] = isDark
        isFixed[y * size + x] = true
    }

    private mutating func drawPatterns(_ version: QRVersion) {
        for index in 0..<size {
            fix(6, index, index % 2 == 0)
            fix(index, 6, index % 2 == 0)
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawFinder(x, y) }
        let centres = version.alignment
        let corners = [(6, 6), (6, size - 7), (size - 7, 6)]
        for x in centres {
            for y in centres where !corners.contains(where: { $0 == (x, y) }) {
                for dy in -2...2 { for dx in -2...2 { fix(x + dx, y + dy, max(abs(dx), abs(dy)) != 1) } }
            }
        }
        drawFormat(0)
        guard version.number >= 7 else { return }
        let bits = QRCode.withCheck(version.number, bits: 12, polynomial: 0x1F25)
        for index in 0..<18 {
            let (near, far) = (index / 3, size - 11 + index % 3)
            fix(far, near, bits >> index & 1 == 1)
            fix(near, far, bits >> index & 1 == 1)
        }
    }

    /// A corner's mark with the light border around it.
    private mutating func drawFinder(_ x: Int, _ y: Int) {
        for dy in -4...4 {
            for dx in -4...4 where (0..<size).contains(x + dx) && (0..<size).contains(y + dy) {
                let distance = max(abs(dx), abs(dy))
                fix(x + dx, y + dy, distance != 2 && distance != 4)
            }
        }
    }

    /// Which level and mask, twice.
    private mutating func drawFormat(_ mask: Int) {
        let bits = QRCode.withCheck(1 << 3 | mask, bits: 10, polynomial: 0x537) ^ 0x5412
        func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0..<15 {
            switch index {
            case 0...5: fix(8, index, bit(index))
            case 6: fix(8, 7, bit(index))
            case 7: fix(8, 8, bit(index))
            case 8: fix(7, 8, bit(index))
            default: fix(14 - index, 8, bit(index))
            }
            if index < 8 { fix(size - 1 - index, 8, bit(index)) } else { fix(8, size - 15 + index, bit(index)) }
        }
        fix(8, size - 8, true)
    }

    /// The value with the remainder of its division by the polynomial behind it.
    private static func withCheck(_ value: Int, bits: Int, polynomial: Int) -> Int {
        let rest = (0..<bits).reduce(value) { rest, _ in rest << 1 ^ (rest >> (bits - 1)) * polynomial }
        return value << bits | rest
    }

    /// Lays the bits in columns of two, upwards and downwards in turns, from the right.
    private mutating func place(_ codewords: [UInt8]) {
        var index = 0
        var right = size - 1
        while right > 0 {
            if right == 6 { right = 5 }
            for step in 0..<size {
                let y = (right + 1) & 2 == 0 ? size - 1 - step : step
                for x in [right, right - 1] where !isFixed[y * size + x] && index < codewords.count * 8 {
                    modules[y * size + x] = codewords[index / 8] >> (7 - index % 8) & 1 == 1
                    index += 1
                }
            }
            right -= 2
        }
    }

    private mutating func apply(_ mask: Int) {
        for y in 0..<size {
            for x in 0..<size where !isFixed[y * size + x] {
                let value =
                    switch mask {
                    case 0: (x + y) % 2
                    case 1: y % 2
                    case 2: x % 3
                    case 3: (x + y) % 3
                    case 4: (x / 3 + y / 2) % 2
                    case 5: x * y % 2 + x * y % 3
                    case 6: (x * y % 2 + x * y % 3) % 2
                    default: ((x + y) % 2 + x * y % 3) % 2
                    }
                if value == 0 { modules[y * size + x].toggle() }
            }
        }
    }

    /// How hard the code is to read: long runs, squares, marks that look like a corner's, too much of one colour.
    private var penalty: Int {
        var sum = 0
        for isRow in [true, false] {
            for line in 0..<size { sum += linePenalty((0..<size).map { isRow ? self[$0, line] : self[line, $0] }) }
        }
        for y in 1..<size {
            for x in 1..<size {
                let colour = self[x, y]
                if self[x - 1, y] == colour, self[x, y - 1] == colour, self[x - 1, y - 1] == colour { sum += 3 }
            }
        }
        let dark = modules.count { $0 }
        return sum + abs(dark * 20 - modules.count * 10) / modules.count * 10
    }

    private func linePenalty(_ line: [Bool]) -> Int {
        var (sum, run) = (0, 0)
        for (index, module) in line.enumerated() {
            run = index > 0 && line[index - 1] == module ? run + 1 : 1
            if run == 5 { sum += 3 } else if run > 5 { sum += 1 }
        }
        let mark: [Bool] = [true, false, true, true, true, false, true]
        let light = [Bool](repeating: false, count: 4)
        for start in 0...(line.count - 11) {
            let part = line[start..<(start + 11)]
            if part.elementsEqual(light + mark) || part.elementsEqual(mark + light) { sum += 40 }
        }
        return sum
    }
}
