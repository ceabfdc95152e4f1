/// The sizes of a QR code at error correction level L, and how data are laid out in each (ISO/IEC 18004, tables 7 and 9).
struct QRVersion {
    let number: Int
    /// Error correction codewords of each block.
    private let checks: Int
    private let blocks: Int

    static let all: [QRVersion] = [
        (7, 1), (10, 1), (15, 1), (20, 1), (26, 1), (18, 2), (20, 2), (24, 2), (30, 2), (18, 4), (20, 4), (24, 4),
        (26, 4), (30, 4), (22, 6),
    ].enumerated().map { QRVersion(number: $0.offset + 1, checks: $0.element.0, blocks: $0.element.1) }

    /// The codewords that there is room for, checks included.
    private var total: Int {
        let side = 17 + 4 * number
        let aligned = alignment.count
        // The corners' marks with their borders, both timing lines, the format twice and the module that is always dark.
        var modules = side * side - 3 * 64 - 2 * (side - 16) - 31
        if aligned > 0 { modules -= (aligned * aligned - 3) * 25 - 2 * (aligned - 2) * 5 }
        if number >= 7 { modules -= 36 }
        return modules / 8
    }

    private var data: Int { total - checks * blocks }
    private var lengthBits: Int { number < 10 ? 8 : 16 }

    /// How many bytes of text fit.
    var capacity: Int { (data * 8 - 4 - lengthBits) / 8 }

    /// The centres of the alignment marks, along either axis.
    var alignment: [Int] {
        guard number > 1 else { return [] }
        let count = number / 7 + 2
        let last = 10 + 4 * number
        // Evenly spaced from the far end by an even number; the first is always 6.
        let step = ((last - 6) + (count - 1) * 2 - 1) / ((count - 1) * 2) * 2
        return [6] + (0..<(count - 1)).map { last - $0 * step }.reversed()
    }

    /// The codewords of a text that fits, in the order in which they are placed.
    func codewords(of text: [UInt8]) -> [UInt8] {
        // Byte mode, the length, the text, the end; then two bytes in turns until it is full.
        var bits = [Bool]()
        func append(_ value: Int, _ count: Int) {
            for index in (0..<count).reversed() { bits.append(value >> index & 1 == 1) }
        }
        append(4, 4)
        append(text.count, lengthBits)
        for byte in text { append(Int(byte), 8) }
        append(0, min(4, data * 8 - bits.count))
        append(0, (8 - bits.count % 8) % 8)
        var bytes = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<(start + 8)].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        var isFirst = true
        while bytes.count < data {
            bytes.append(isFirst ? 0xEC : 0x11)
            isFirst.toggle()
        }
        return interleaved(bytes)
    }

    /// Cuts the data into blocks, of which the last are one longer when it does not come out even, and deals them out in turns,
    /// checks behind.
    private func interleaved(_ bytes: [UInt8]) -> [UInt8] {
        let short = data / blocks
        let shortBlocks = blocks - data % blocks
        var parts: [[UInt8]] = []
        var start = 0
        for index in 0..<blocks {
            let end = start + short + (index < shortBlocks ? 0 : 1)
            parts.append(Array(bytes[start..<end]))
            start = end
        }
        let divisor = ReedSolomon.divisor(checks)
        let rests = parts.map { ReedSolomon.remainder(of: $0, by: divisor) }
        let dealt = (0...short).flatMap { index in parts.compactMap { index < $0.count ? $0[index] : nil } }
        return dealt + (0..<checks).flatMap { index in rests.map { $0[index] } }
    }
}

/// Reed–Solomon codes over the field of 256 elements with x⁸ + x⁴ + x³ + x² + 1.
enum ReedSolomon {
    static func multiply(_ one: UInt8, _ other: UInt8) -> UInt8 {
        (0..<8).reversed().reduce(UInt8(0)) { product, bit in
            let doubled = product << 1 ^ (product >> 7) * 0x1D
            return other >> bit & 1 == 1 ? doubled ^ one : doubled
        }
    }

    /// The product of (x − 2⁰) … (x − 2ⁿ⁻¹), highest power first, without the leading 1.
    static func divisor(_ degree: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: degree - 1) + [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in 0..<degree {
                result[index] = multiply(result[index], root)
                if index + 1 < degree { result[index] ^= result[index + 1] }
            }
            root = multiply(root, 2)
        }
        return result
    }

    static func remainder(of data: [UInt8], by divisor: [UInt8]) -> [UInt8] {
        var rest = [UInt8](repeating: 0, count: divisor.count)
        for byte in data {
            let factor = byte ^ rest.removeFirst()
            rest.append(0)
            for index in rest.indices { rest[index] ^= multiply(divisor[index], factor) }
        }
        return rest
    }
}
