/// Records that wait for the log, in order and within limits, and the account of those that had no room.
struct LogQueue {
    private let limits: LogLimits
    /// `head` is the first that counts; what is before it is empty.
    private var records: [LogRecord?] = []
    private var head = 0
    private var bytes = 0
    private var unreported = [Int](repeating: 0, count: 8)
    /// Since when there are drops that are not reported.
    private var unreportedSince: ContinuousClock.Instant?
    /// What had left at the last report: while nothing leaves, there is no other.
    private var leftAtReport = -1
    /// Since when the first record is the first.
    private var headSince = ContinuousClock.now
    /// What became of all records; reports do not count.
    private(set) var counts = LogCounts()
    /// Records that were taken into the queue, and those of them that have left it.
    private(set) var taken = 0, left = 0

    init(limits: LogLimits) { self.limits = limits }

    /// The next to be written.
    var first: LogRecord? { head < records.count ? records[head] : nil }

    /// Whether half of the room is used: what can wait elsewhere should.
    var isCrowded: Bool { length > limits.records / 2 || bytes > limits.bytes / 2 }

    /// Whether nothing has been taken from it for `patience`.
    func isStalled(at now: ContinuousClock.Instant) -> Bool {
        first != nil && headSince.duration(to: now) >= limits.patience
    }

    private var length: Int { records.count - head }

    /// Takes a record, or counts it as dropped.
    mutating func offer(_ record: LogRecord, at now: ContinuousClock.Instant) -> Bool {
        let eighths = limits.eighths(for: record)
        guard length < limits.records / 8 * eighths, bytes + record.bytes <= limits.bytes / 8 * eighths else {
            drop(record, at: now)
            return false
        }
        append(record, at: now)
        taken += 1
        counts.waiting += 1
        return true
    }

    /// Counts a record that is not taken.
    mutating func drop(_ record: LogRecord, at now: ContinuousClock.Instant) {
        let priority = JournalEntry.priority(record.level)
        counts.droppedByPriority[priority] += 1
        unreported[priority] += 1
        unreportedSince = unreportedSince ?? now
    }

    /// The first record was written, or will never be.
    mutating func removeFirst(wasSent: Bool, at now: ContinuousClock.Instant) {
        guard let record = first else { return }
        records[head] = nil
        head += 1
        bytes -= record.bytes
        headSince = now
        if head == records.count || head > 4096 {
            records.removeFirst(head)
            head = 0
        }
        guard !record.isReport else { return }
        left += 1
        counts.waiting -= 1
        if wasSent { counts.sent += 1 } else { drop(record, at: now) }
    }

    /// Everything that waits is dropped.
    mutating func removeAll(at now: ContinuousClock.Instant) {
        while first != nil { removeFirst(wasSent: false, at: now) }
    }

    /// The drops that are to be reported now, which then count as reported: at once when there is room again, and now and then while there
    /// is none, so that a flood does not become one of reports.
    mutating func dropsToReport(at now: ContinuousClock.Instant) -> DropReport? {
        guard let since = unreportedSince, first == nil || left > leftAtReport else { return nil }
        guard !isCrowded || since.duration(to: now) >= limits.reportInterval else { return nil }
        defer {
            unreported = [Int](repeating: 0, count: 8)
            unreportedSince = nil
            leftAtReport = left
        }
        return DropReport(droppedByPriority: unreported)
    }

    /// Puts a report of drops behind what waits, whatever room there is: one comes only after a record has left.
    mutating func append(report: LogRecord, at now: ContinuousClock.Instant) { append(report, at: now) }

    private mutating func append(_ record: LogRecord, at now: ContinuousClock.Instant) {
        if first == nil { headSince = now }
        records.append(record)
        bytes += record.bytes
    }
}
