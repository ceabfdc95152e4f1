/// An HMAC of a secret, and which of the server's keys it was made with: what is stored in place of the secret.
public struct KeyedHash: Hashable, Sendable {
    /// Names the server's key.
    public var keyID: String
    public var bytes: [UInt8]

    public init(keyID: String, bytes: [UInt8]) {
        self.keyID = keyID
        self.bytes = bytes
    }
}

/// Bytes that are encrypted, with their own key wrapped beside them.
public struct SealedBytes: Hashable, Sendable {
    /// Names the master key that wraps the data key.
    public var masterKeyID: String
    /// The data key, encrypted by the master key.
    public var wrappedKey: [UInt8]
    /// The content, encrypted by the data key.
    public var box: [UInt8]

    public init(masterKeyID: String, wrappedKey: [UInt8], box: [UInt8]) {
        self.masterKeyID = masterKeyID
        self.wrappedKey = wrappedKey
        self.box = box
    }
}
