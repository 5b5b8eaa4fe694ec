import Glibc
package import Logging
import Synchronization

/// Writes the log from a thread of its own, so that nobody who logs waits for a journal that is slow, stopped or gone.
///
/// What is logged waits in a bounded queue, in order. A record for which there is no room is dropped, counted by priority, and reported by an
/// entry in the log itself once there is room again. A process that is killed loses what was in its queue: mostly nothing, as a
/// record waits some microseconds while journald reads.
package final class LogWriter: Sendable {
    private struct State {
        var queue: LogQueue
        /// Whether the thread waits for a record.
        var isIdle = false
        var isClosing = false
        /// Whether the thread takes no more.
        var hasEnded = false
    }

    private static let longestPause = Duration.seconds(1)
    /// While the end waits for it.
    private static let closingPause = Duration.milliseconds(50)

    private let state: Mutex<State>
    private let wake: EventDescriptor
    private let ended: EventDescriptor
    private let late: (any LateRedaction)?

    /// Starts the thread.
    ///
    /// - Parameter sink: makes where it writes to, on the thread.
    package init(
        limits: LogLimits = LogLimits(),
        lateRedaction: (any LateRedaction)? = nil,
        sink: @escaping @Sendable () -> any LogSink
    ) throws(LogWriterError) {
        state = Mutex(State(queue: LogQueue(limits: limits)))
        wake = try EventDescriptor()
        ended = try EventDescriptor()
        late = lateRedaction
        try LogThread.start { self.run(sink()) }
    }

    /// A writer to systemd's journal as `identifier`, with the journal's own socket or a test's.
    package static func journal(
        identifier: String,
        path: String? = nil,
        limits: LogLimits = LogLimits(),
        lateRedaction: (any LateRedaction)? = nil
    ) throws(LogWriterError) -> LogWriter {
        try LogWriter(limits: limits, lateRedaction: lateRedaction) {
            JournalSink(identifier: identifier, path: path ?? JournalSocket.path)
        }
    }

    /// Takes a record. Returns at once, whatever the journal does.
    package func write(_ content: LogRecord.Content, level: Logger.Level) {
        let record = LogRecord(content, level: level)
        let wakes = state.withLock { state in
            guard !state.hasEnded else {
                state.queue.drop(record, at: record.logged)
                return false
            }
            guard state.queue.offer(record, at: record.logged) else { return false }
            defer { state.isIdle = false }
            return state.isIdle
        }
        if wakes { wake.signal() }
    }

    /// What became of all that was logged.
    package var counts: LogCounts { state.withLock { $0.queue.counts } }

    /// Whether there is room for many more records: less than half of it is used. What can wait elsewhere should, while there is not.
    package var hasRoom: Bool { state.withLock { !$0.queue.isCrowded } }

    /// Whether nothing has left for `LogLimits.patience` although something waits.
    package var isStalled: Bool { state.withLock { $0.queue.isStalled(at: .now) } }

    /// A place in the log, after all that was taken so far.
    package var mark: Int { state.withLock { $0.queue.taken } }

    /// Whether everything before `mark` has left the process, or never will.
    package func hasPassed(_ mark: Int) -> Bool { state.withLock { $0.queue.left >= mark } }

    /// Waits until everything is out, at most for `limit`, and ends. What is not out then, and what comes later, counts as dropped.
    package func close(within limit: Duration) {
        let deadline = ContinuousClock.now + limit
        state.withLock { $0.isClosing = true }
        wake.signal()
        while !state.withLock({ $0.hasEnded }) {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { break }
            ended.wait(atMost: left)
        }
        state.withLock { state in
            state.hasEnded = true
            state.queue.removeAll(at: .now)
        }
        wake.signal()
    }

    /// The thread's work, until the end.
    private func run(_ sink: any LogSink) {
        var sink = sink
        var pause = Duration.milliseconds(10)
        while let record = next(sink) {
            var content = record.content
            if let late, late.mayKnowMore(since: record.logged) { content = late.redact(content) }
            switch sink.write(content, waited: record.logged.duration(to: .now)) {
            case .taken:
                pause = .milliseconds(10)
                remove(wasSent: true)
            case .refused: remove(wasSent: false)
            case .full(let descriptor):
                wake.wait(orFor: descriptor, atMost: Self.longestPause)
                wake.clear()
            case .away:
                wake.wait(atMost: isClosing ? min(pause, Self.closingPause) : pause)
                wake.clear()
                pause = min(pause * 2, Self.longestPause)
            }
        }
        ended.signal()
    }

    private var isClosing: Bool { state.withLock { $0.isClosing } }

    private func remove(wasSent: Bool) { state.withLock { $0.queue.removeFirst(wasSent: wasSent, at: .now) } }

    /// The record to be written next, which stays in the queue; waits for it. `nil` at the end.
    private func next(_ sink: any LogSink) -> LogRecord? {
        while true {
            let (record, isOver) = state.withLock { state -> (LogRecord?, Bool) in
                guard !state.hasEnded else { return (nil, true) }
                let now = ContinuousClock.now
                if let report = state.queue.dropsToReport(at: now) {
                    let record = LogRecord(
                        sink.content(of: report),
                        level: .warning,
                        logged: now,
                        isReport: true
                    )
                    state.queue.append(report: record, at: now)
                }
                if let first = state.queue.first { return (first, false) }
                if state.isClosing {
                    state.hasEnded = true
                    return (nil, true)
                }
                state.isIdle = true
                return (nil, false)
            }
            if let record { return record }
            if isOver { return nil }
            wake.wait()
            wake.clear()
        }
    }
}
