internal import PunctualCore

extension BrokerError {
    /// Why Redis did not take a message, and what to do.
    init(_ error: RedisError, at place: String) {
        let text = "Redis at \(place): \(error.advice)"
        switch error.kind {
        case .closed: self = .closed
        case .cancelled: self = .unavailable("publishing was cancelled before Redis confirmed it")
        case .lost, .late:
            self = .unavailable("\(text); whether the message arrived is unknown, send it again")
        case .settings: self = .refused(text)
        case .full, .unreadable: self = .unavailable(text)
        case .refused, .unavailable:
            switch error.code {
            case "OOM", "MISCONF", "NOREPLICAS": self = .full(text)
            default:
                if error.kind == .unavailable || error.isPassing {
                    // Nothing was said of the message: who is let in later can publish it.
                    self = .unavailable(text)
                } else {
                    self = error.isAboutRights ? .barred(text) : .refused(text)
                }
            }
        }
    }
}

extension RedisError {
    /// The message, and what to do where Redis' own words do not say it.
    var advice: String {
        // A script's error ends with where in the script it was.
        let end = message.firstRange(of: " script: ")?.lowerBound ?? message.endIndex
        let text = String(message[..<end])
        return switch code {
        case "OOM":
            "it takes nothing for now, since its memory is full; raise maxmemory, or start workers that take what waits"
        case "MISCONF", "NOREPLICAS": "it takes nothing for now (\(text)); see its log, and `INFO persistence`"
        case "WRONGTYPE": "a key that must be a stream is none; delete it, or choose another name"
        case "ERR" where text.contains("user executing the script"), "NOPERM":
            "\(text); grant the user the right (ACL SETUSER), for keys and channels"
        default: text
        }
    }
}
