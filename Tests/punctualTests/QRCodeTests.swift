import Foundation
import Testing

@testable import PunctualAccess
@testable import punctual

@Suite("QR codes", .timeLimit(.minutes(5)))
struct QRCodeTests {
    /// What zbar finds in each picture, which is what a terminal shows.
    private static func read(_ pictures: [String]) throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        let process = Process()
        process.executableURL = root.appending(path: ".venv/bin/python3")
        process.arguments = [folder.appending(path: "Oracles/qr_peer.py").path(percentEncoded: false)]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        // The peer reads everything before it answers, so neither pipe fills up while the other waits.
        try input.fileHandleForWriting.write(contentsOf: Data(pictures.joined(separator: "\n\n").utf8))
        try input.fileHandleForWriting.close()
        let found = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "qr_peer.py failed: script/bootstrap installs what it needs")
        return String(decoding: found, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("of every version, filled to the last byte or less, say to zbar what they hold")
    func readable() throws {
        let letters = Array("otpauth://TOTP?secret=JBSWY3DPEHPK3PXP&%40")
        var texts = ["a"]
        for version in QRVersion.all {
            for length in [version.capacity - 1, version.capacity] {
                texts.append(String((0..<length).map { letters[($0 * 5 + version.number) % letters.count] }))
            }
        }
        let codes = try texts.map { try #require(QRCode($0)) }
        #expect(Set(codes.map(\.size)) == Set((1...15).map { 17 + 4 * $0 }))
        #expect(try Self.read(codes.map { $0.text(colour: false) }) == texts)
    }

    @Test("hold 520 bytes at most, and ask a terminal for their own colours")
    func bounds() throws {
        #expect(QRCode(String(repeating: "a", count: 521)) == nil)
        let code = try #require(QRCode("ä"))
        let (plain, coloured) = (code.text(colour: false), code.text(colour: true))
        #expect(plain.split(separator: "\n").count == 15 && !plain.contains("\u{1B}"))
        #expect(
            coloured.split(separator: "\n").allSatisfy { $0.hasPrefix("\u{1B}[40;97m") && $0.hasSuffix("\u{1B}[0m") })
    }
}
