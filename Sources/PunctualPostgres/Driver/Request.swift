/// The calls of one `run` on their way; only its connection's thread touches it.
final class Request {
    enum Step { case rows, upkeep }

    let id: Int
    /// In monotonic nanoseconds.
    var deadline: UInt64
    var steps: [Step] = []
    /// The one whose results come now.
    var step = 0
    /// Whether the first statement is our own.
    var skipsFirst = false
    var rows: [Rows] = []
    var fault: PostgresFault?
    var continuation: CheckedContinuation<Result<[Rows], PostgresFault>, Never>?
    private(set) var result: Result<[Rows], PostgresFault>?

    init(id: Int, deadline: UInt64) {
        self.id = id
        self.deadline = deadline
    }

    /// Only the first answer counts.
    func answer(_ new: Result<[Rows], PostgresFault>) {
        guard result == nil else { return }
        result = new
        continuation?.resume(returning: new)
        continuation = nil
    }
}
