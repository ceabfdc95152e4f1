public import PunctualSchedule

/// What attempts say while they run: lines of output, and how far they are.
///
/// Each call is one transaction. Lines are kept as long as their execution, at most `OutputBounds` of them.
public protocol OutputStore: Sendable {
    /// Keeps what attempts report, by `OutputTail.take`; one outcome each, in order.
    ///
    /// A report that says where its lines begin may be made again.
    func keep(_ reports: [AttemptReport]) async throws(StoreError) -> [ReportOutcome]

    /// The execution's lines behind that number, in order, at most `limit`; none of an execution that is not there.
    func lines(of execution: Identifier, after number: Int, limit: Int) async throws(StoreError) -> [OutputLine]
}

/// What one attempt reports.
public struct AttemptReport: Hashable, Sendable {
    public var lease: Lease
    /// The number of the first of the lines among all that this attempt reports, from 1: those of them that came before are
    /// passed over, and a gap is told of. nil means that they follow what came.
    public var from: Int?
    /// At most `OutputBounds.reportLines`.
    public var lines: [SaidLine]
    /// nil leaves it as it is.
    public var progress: ProgressReport?

    public init(
        _ lease: Lease, lines: [SaidLine] = [], from: Int? = nil, progress: ProgressReport? = nil
    ) {
        self.lease = lease
        self.from = from
        self.lines = lines
        self.progress = progress
    }
}

/// How far an attempt says that it is.
public struct ProgressReport: Hashable, Sendable {
    /// 0 to 100; nil when it does not know.
    public var percent: Double?
    public var message: String?

    public init(percent: Double?, message: String?) {
        self.percent = percent
        self.message = message
    }
}

public enum ReportOutcome: Hashable, Sendable {
    /// It is kept.
    /// - Parameter progress: what was reported of it, as it is kept; nil when nothing was.
    case kept(progress: ExecutionProgress?)
    /// A newer attempt owns the execution, or it has ended; nothing was changed.
    case leaseLost
}

extension AttemptReport {
    /// How far the attempt is, as it is kept.
    public func progress(at now: Timestamp) -> ExecutionProgress? {
        progress.map {
            ExecutionProgress(percent: $0.percent, message: $0.message, at: now, attempt: lease.attempt)
        }
    }
}
