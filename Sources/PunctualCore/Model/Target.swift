public import PunctualJSON

/// What a job runs.
public enum Target: Hashable, Sendable {
    case http(HTTPTarget)
    case command(CommandTarget)
    /// An outside worker claims and completes it over the API.
    case worker(task: String, payload: JSONValue)
    case publish(broker: String, destination: String, message: JSONValue)
    /// Always succeeds; for drills and benchmarks.
    case noop

    /// The word of the contract's `type` field.
    public var type: String {
        switch self {
        case .http: "http"
        case .command: "command"
        case .worker: "worker"
        case .publish: "publish"
        case .noop: "noop"
        }
    }
}

/// An HTTP call.
public struct HTTPTarget: Hashable, Sendable {
    public var method: String
    public var url: String
    /// In the order they were given.
    public var headers: [Header]
    /// A string is sent as it is, other JSON as `application/json`; null sends no body.
    public var body: JSONValue
    /// The statuses that count as success, `200-299,302`.
    public var expectStatus: String

    public struct Header: Hashable, Sendable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(
        method: String = "POST", url: String, headers: [Header] = [], body: JSONValue = .null,
        expectStatus: String = "200-299"
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.expectStatus = expectStatus
    }

    /// The ranges of `expectStatus`; nil when the text is not of its form.
    public static func statusRanges(_ text: String) -> [ClosedRange<Int>]? {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.drop { $0 == " " }.split(separator: "-", omittingEmptySubsequences: false)
            let numbers = ends.compactMap { $0.utf8.count == 3 ? Int($0) : nil }
            guard numbers.count == ends.count, (1...2).contains(numbers.count), let low = numbers.first,
                let high = numbers.last, low >= 100, high <= 599, low <= high
            else { return nil }
            ranges.append(low...high)
        }
        return ranges
    }

    /// Whether the status counts as success.
    public func expects(status: Int) -> Bool {
        HTTPTarget.statusRanges(expectStatus)?.contains { $0.contains(status) } ?? false
    }
}

/// A command, run without a shell.
public struct CommandTarget: Hashable, Sendable {
    /// The program and its arguments; never empty.
    public var argv: [String]
    public var env: [String: String]
    /// The working directory, absolute; nil means `/`.
    public var directory: String?

    public init(argv: [String], env: [String: String] = [:], directory: String? = nil) {
        self.argv = argv
        self.env = env
        self.directory = directory
    }

    /// Whether a job must not set this variable: it is Punctual's own, or makes the loader or the shell run other code
    /// than the program that the worker allows.
    public static func isReserved(variable: String) -> Bool {
        variable.hasPrefix("PUNCTUAL_") || variable.hasPrefix("LD_") || variable.hasPrefix("BASH_FUNC_")
            || ["BASH_ENV", "GCONV_PATH", "GLIBC_TUNABLES"].contains(variable)
    }
}
