/// How much work Argon2id is.
package struct PasswordParameters: Hashable, Sendable {
    /// The memory of one hash in KiB.
    package var memoryKibibytes: UInt32
    /// The passes over the memory.
    package var passes: UInt32
    /// The lanes; each is a thread of its own inside the library.
    package var lanes: UInt32

    package init(memoryKibibytes: UInt32, passes: UInt32, lanes: UInt32) {
        self.memoryKibibytes = memoryKibibytes
        self.passes = passes
        self.lanes = lanes
    }

    /// 19 MiB, two passes, one lane: OWASP's Password Storage Cheat Sheet.
    package static let standard = PasswordParameters(memoryKibibytes: 19_456, passes: 2, lanes: 1)

    /// What a stored hash may ask for: more would let a row of the database stop the node.
    static let most = PasswordParameters(memoryKibibytes: 262_144, passes: 16, lanes: 4)
}

/// A password's hash in the text form that the Password Hashing Competition set:
/// `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
struct PasswordRecord: Hashable, Sendable {
    var parameters: PasswordParameters
    var salt: [UInt8]
    var hash: [UInt8]

    init(parameters: PasswordParameters, salt: [UInt8], hash: [UInt8]) {
        self.parameters = parameters
        self.salt = salt
        self.hash = hash
    }

    /// Reads the text form; nil when it is of another form or asks for more work than `PasswordParameters.most`.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        let words = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        let most = PasswordParameters.most
        func number(_ index: Int, _ name: String, upTo limit: UInt32) -> UInt32? {
            guard words[index].hasPrefix(name), let value = UInt32(words[index].dropFirst(name.utf8.count)),
                (1...limit).contains(value)
            else { return nil }
            return value
        }
        guard words.count == 3, let memory = number(0, "m=", upTo: most.memoryKibibytes),
            let passes = number(1, "t=", upTo: most.passes), let lanes = number(2, "p=", upTo: most.lanes),
            memory >= 8 * lanes,
            let salt = Base64URL.decode(parts[4].utf8, numbers: Base64URL.plainNumbers), (8...64).contains(salt.count),
            let hash = Base64URL.decode(parts[5].utf8, numbers: Base64URL.plainNumbers), (16...64).contains(hash.count)
        else { return nil }
        self.init(
            parameters: PasswordParameters(memoryKibibytes: memory, passes: passes, lanes: lanes), salt: salt,
            hash: hash)
    }

    var text: String {
        func plain(_ bytes: [UInt8]) -> String {
            String(decoding: Base64URL.encode(bytes, alphabet: Base64URL.plainAlphabet), as: UTF8.self)
        }
        let (memory, passes, lanes) = (parameters.memoryKibibytes, parameters.passes, parameters.lanes)
        return "$argon2id$v=19$m=\(memory),t=\(passes),p=\(lanes)$\(plain(salt))$\(plain(hash))"
    }
}
