import Foundation
import Testing

@testable import PunctualObservability

@Suite("What is posted to an operator's address", .timeLimit(.minutes(2)))
struct PosterTests {
    @Test(
        "has its limit of time, wherever the other side stops to speak",
        arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"])
    func hangs(said: String) async throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isOpen = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 8) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        try #require(isOpen)
        let port = UInt16(bigEndian: place.sin_port)
        // The kernel takes the connection; the answer is put into it and goes no further.
        let thread = Thread {
            let peer = accept(listener, nil, nil)
            _ = said.withCString { write(peer, $0, strlen($0)) }
        }
        thread.start()
        let poster = try Poster(
            url: "http://127.0.0.1:\(port)/", fields: [], timeout: .milliseconds(300), packs: false)
        let began = ContinuousClock.now
        await #expect(throws: Poster.Fault.self) { _ = try await poster.post([1], type: "text/plain") }
        #expect(began.duration(to: .now) < .seconds(30))
        await poster.shutdown()
    }
}
