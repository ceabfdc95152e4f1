internal import Foundation

extension PunctualClient {
    /// Whether what is sent to the address can be read on its way: plain http to another machine.
    public static func isReadable(_ address: String) -> Bool {
        guard let url = URL(string: address), url.scheme?.lowercased() == "http" else { return false }
        return !isLoopback(url.host ?? "")
    }

    /// Whether the host is this machine by its very name: `localhost`, 127.0.0.0/8 or ::1.
    private static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        if name == "localhost" || name == "::1" { return true }
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// - Throws: `ClientError` when the address is none, or a secret would go over it in the open.
    func check(holdsSecret: Bool) throws(ClientError) {
        // The library underneath ends the process over a port that is none.
        guard let port = URL(string: address).map({ $0.port ?? 0 }), (0...65_535).contains(port) else {
            throw Self.noAddress(address)
        }
        guard holdsSecret, Self.isReadable(address), !allowsPlainHTTP else { return }
        throw .insecure("neither a password nor a token goes to \(address): whoever is on the way could read it")
    }

    static func noAddress(_ text: String) -> ClientError {
        .unreachable("\(text) is no address of a server; write http://127.0.0.1:8640")
    }
}
