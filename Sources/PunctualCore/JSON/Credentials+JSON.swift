internal import PunctualJSON
internal import PunctualSchedule

// What stores keep of credentials, all of them hashes and sealed bytes.

extension KeyedHash {
    var stored: JSONValue { ["key": .string(keyID), "hash": .hexadecimal(bytes)] }

    init?(stored json: JSONValue) {
        guard let keyID = json["key"]?.string, let bytes = json["hash"]?.bytes else { return nil }
        self.init(keyID: keyID, bytes: bytes)
    }
}

extension SealedBytes {
    var stored: JSONValue {
        ["master_key": .string(masterKeyID), "wrapped_key": .hexadecimal(wrappedKey), "box": .hexadecimal(box)]
    }

    init?(stored json: JSONValue) {
        guard let masterKeyID = json["master_key"]?.string, let wrappedKey = json["wrapped_key"]?.bytes,
            let box = json["box"]?.bytes
        else { return nil }
        self.init(masterKeyID: masterKeyID, wrappedKey: wrappedKey, box: box)
    }
}

extension SecondFactor {
    var stored: JSONValue {
        [
            "secret": secret.stored, "confirmed": .bool(isConfirmed), "last_step": lastStep.map(JSONValue.int) ?? .null,
            "recovery_codes": .array(recoveryCodes.map(\.stored)),
        ]
    }

    init?(stored json: JSONValue) {
        guard let secret = json["secret"].flatMap(SealedBytes.init(stored:)),
            let isConfirmed = json["confirmed"]?.bool, let step = json["last_step"],
            let codes = json["recovery_codes"]?.all(KeyedHash.init(stored:))
        else { return nil }
        guard step.isNull || step.int != nil else { return nil }
        self.init(secret: secret, isConfirmed: isConfirmed, lastStep: step.int, recoveryCodes: codes)
    }
}

extension APIKey.Secret {
    var stored: JSONValue {
        ["hash": hash.stored, "created_at": .instant(createdAt), "expires_at": .instant(expiresAt)]
    }

    init?(stored json: JSONValue) {
        guard let hash = json["hash"].flatMap(KeyedHash.init(stored:)), let createdAt = json["created_at"]?.instant,
            let end = json["expires_at"], end.isNull || end.instant != nil
        else { return nil }
        self.init(hash: hash, createdAt: createdAt, expiresAt: end.instant)
    }
}
