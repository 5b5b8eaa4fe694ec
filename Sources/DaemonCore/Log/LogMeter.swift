package import Observability
import Synchronization
package import SystemdSupport

/// Brings what became of the log into the metrics when they are asked for, so that logging itself counts nothing.
package final class LogMeter: Sendable {
    private let read: @Sendable () -> LogCounts
    private let told = Mutex(LogCounts())

    /// A meter of what `read` says.
    package init(_ read: @escaping @Sendable () -> LogCounts) { self.read = read }

    /// What became of the log so far.
    package var counts: LogCounts { read() }

    /// Adds to `metrics` what has come since the last time.
    package func update(_ metrics: DaemonMetrics) {
        // Read under the lock, so that two scrapes cannot count backwards.
        told.withLock { told in
            let now = read()
            metrics.log(sent: now.sent - told.sent, waiting: now.waiting)
            for (priority, name) in LogCounts.priorityNames.enumerated().dropFirst(2) {
                metrics.logDropped(now.droppedByPriority[priority] - told.droppedByPriority[priority], priority: name)
            }
            told = now
        }
    }
}
