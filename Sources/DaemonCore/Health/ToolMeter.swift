package import Observability
import Synchronization
import ToolSupervisor

/// Counts tools as they begin and end.
package final class ToolMeter: Sendable {
    private let metrics: DaemonMetrics
    private let running = Mutex(0)

    /// A meter that counts into `metrics`.
    package init(_ metrics: DaemonMetrics) {
        self.metrics = metrics
        metrics.tools(running: 0)
    }

    /// A tool is waited for from now on.
    func began() { change(by: 1) }

    /// A tool has ended, well with one of `successes`.
    func ended(_ tool: String, _ end: ToolEnd, successes: [Int32], after duration: Duration) {
        change(by: -1)
        metrics.toolEnded(tool, outcome: Self.outcome(end, successes), after: duration, leftOvers: end.killedLeftOvers)
    }

    /// A tool cannot be followed any more. One that is left to a successor has not ended.
    func failed(_ tool: String, _ error: ToolError, after duration: Duration) {
        change(by: -1)
        if error.code == .leftRunning { return }
        metrics.toolEnded(tool, outcome: error.code.rawValue, after: duration, leftOvers: 0)
    }

    private static func outcome(_ end: ToolEnd, _ successes: [Int32]) -> String {
        if end.wasFenced { return "fenced" }
        if end.wasKilled { return "killed" }
        if end.wasStopped { return "stopped" }
        return end.status.map(successes.contains) == true ? "success" : "failure"
    }

    private func change(by difference: Int) {
        // Under the lock, so that two changes cannot be shown in the wrong order.
        running.withLock { running in
            running += difference
            metrics.tools(running: running)
        }
    }
}
