internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import PunctualCore
internal import Synchronization

/// Asks for the addresses of names, on threads of its own.
///
/// A name server that does not answer holds a thread until the system gives up. So whoever asks for the same name shares one
/// question: a dead name costs one thread, however many jobs call it, and the others go on.
final class NameLookup: Sendable {
    private let threads: NIOThreadPool
    private let limit: TimeAmount
    private let ask: @Sendable (String) throws -> [IPAddress]
    private let underWay = Mutex<[String: EventLoopFuture<[IPAddress]>]>([:])

    /// The system's resolver.
    static let system: NameLookup = {
        let threads = NIOThreadPool(numberOfThreads: 16)
        threads.start()
        return NameLookup(threads: threads, limit: .seconds(4), ask: NameLookup.systemAddresses)
    }()

    /// - Parameters:
    ///   - threads: running; their number is that of names that may be asked for at once.
    ///   - limit: the longest that one caller waits.
    ///   - ask: blocks until the answer is there.
    init(
        threads: NIOThreadPool, limit: TimeAmount, ask: @escaping @Sendable (String) throws -> [IPAddress]
    ) {
        self.threads = threads
        self.limit = limit
        self.ask = ask
    }

    /// All addresses of a name.
    /// - Throws: when there is none, when the wait was too long, and when the task is cancelled.
    func addresses(of host: String) async throws -> [IPAddress] {
        let answer = question(host)
        // Whichever comes first counts: the answer, the end of the wait, or the end of the task.
        let mine = answer.eventLoop.makePromise(of: [IPAddress].self)
        answer.cascade(to: mine)
        let end = answer.eventLoop.scheduleTask(in: limit) {
            mine.fail(EgressGuard.Refusal(description: "the name server does not answer", isRetryable: true))
        }
        defer { end.cancel() }
        return try await withTaskCancellationHandler {
            try await mine.futureResult.get()
        } onCancel: {
            mine.fail(CancellationError())
        }
    }

    /// The question about this name that is under way, or a new one.
    private func question(_ host: String) -> EventLoopFuture<[IPAddress]> {
        underWay.withLock { table in
            if let question = table[host] { return question }
            let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: [IPAddress].self)
            table[host] = promise.futureResult
            threads.submit { _ in
                let answer = Result { try self.ask(host) }
                self.underWay.withLock { $0[host] = nil }
                promise.completeWith(answer)
            }
            return promise.futureResult
        }
    }

    /// Blocks until the system's resolver has answered.
    private static func systemAddresses(of host: String) throws -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            throw EgressGuard.Refusal(description: String(cString: gai_strerror(code)), isRetryable: true)
        }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var entry = list
        while let current = entry {
            switch current.pointee.ai_family {
            case AF_INET:
                current.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { socket in
                    IPAddress(bytes: withUnsafeBytes(of: socket.pointee.sin_addr) { Array($0) }).map {
                        found.append($0)
                    }
                }
            case AF_INET6:
                current.pointee.ai_addr.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { socket in
                    IPAddress(bytes: withUnsafeBytes(of: socket.pointee.sin6_addr) { Array($0) }).map {
                        found.append($0)
                    }
                }
            default: break
            }
            entry = current.pointee.ai_next
        }
        return found
    }
}
