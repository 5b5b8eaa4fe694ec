package import CoreMetrics

/// builderd's metrics as typed calls: no part of the daemon spells a metric's or a label's name.
package struct DaemonMetrics: Sendable {
    private let factory: any MetricsFactory

    /// Metrics of `factory`, normally a `MetricsRegistry`.
    package init(factory: any MetricsFactory) { self.factory = factory }

    /// Counters of a stage that may stay unused begin at 0, or the first of a kind would be no increase.
    ///
    /// - Parameters:
    ///   - leaseLosses: every reason there is.
    ///   - polls, heartbeats, reports: every kind of error that such a call can fail with.
    package func begin(
        stage: String,
        leaseLosses: [String],
        polls: [String],
        heartbeats: [String],
        reports: [String]
    ) {
        for reason in leaseLosses { count(MetricNames.leaseLosses, ["stage": stage, "reason": reason], by: 0) }
        for outcome in ["success", "failure"] {
            count(MetricNames.tasksReported, ["stage": stage, "outcome": outcome], by: 0)
        }
        for outcome in reports { count(MetricNames.reportRetries, ["stage": stage, "outcome": outcome], by: 0) }
        for outcome in heartbeats + ["acknowledged"] {
            count(MetricNames.heartbeats, ["stage": stage, "outcome": outcome], by: 0)
        }
        for outcome in polls + ["task", "empty"] {
            count(MetricNames.polls, ["stage": stage, "outcome": outcome], by: 0)
        }
        for metric in [MetricNames.tasksClaimed, MetricNames.tasksResumed, MetricNames.toolsAdopted] {
            count(metric, ["stage": stage], by: 0)
        }
    }

    /// As `begin(stage:)`, for what belongs to no stage.
    ///
    /// - Parameter notices: every kind of a notice.
    package func begin(notices: [String]) {
        for kind in notices { count(MetricNames.instanceNotices, ["kind": kind], by: 0) }
        for outcome in ["applied", "refused"] { count(MetricNames.reloads, ["outcome": outcome], by: 0) }
        count(MetricNames.toolLeftOvers, [:], by: 0)
        set(MetricNames.reloadSuccessful, 1, [:])
    }

    /// The configuration was read again: `applied` or `refused`.
    package func reloaded(outcome: String) {
        count(MetricNames.reloads, ["outcome": outcome])
        set(MetricNames.reloadSuccessful, outcome == "applied" ? 1 : 0, [:])
    }

    /// Room on the file system of a folder, `state` or `work`, at the moment of asking.
    package func free(bytes: UInt64, of folder: String) {
        set(MetricNames.freeBytes, Double(bytes), ["folder": folder])
    }

    /// What the process takes at the moment of asking.
    package func process(_ usage: ProcessUsage) {
        let counter = factory.makeFloatingPointCounter(label: MetricNames.processorTime.name, dimensions: [])
        (counter as? NumberSeries)?.raise(to: usage.processorSeconds)
        set(MetricNames.residentMemory, usage.residentBytes, [:])
        set(MetricNames.openFiles, usage.openFiles, [:])
        set(MetricNames.mostOpenFiles, usage.mostOpenFiles, [:])
    }

    /// A poll ended: `task`, `empty`, or an error's kind.
    package func polled(stage: String, outcome: String) {
        count(MetricNames.polls, ["stage": stage, "outcome": outcome])
    }

    /// A task was claimed.
    package func claimed(stage: String) { count(MetricNames.tasksClaimed, ["stage": stage]) }

    /// A task's end was reported, `duration` after its claim: `success` or `failure`.
    package func reported(stage: String, outcome: String, after duration: Duration) {
        count(MetricNames.tasksReported, ["stage": stage, "outcome": outcome])
        record(MetricNames.taskDuration, duration, ["stage": stage, "outcome": outcome])
    }

    /// A heartbeat was answered: `acknowledged`, or an error's kind.
    package func heartbeat(stage: String, outcome: String) {
        count(MetricNames.heartbeats, ["stage": stage, "outcome": outcome])
    }

    /// An attempt to report a task's end failed, by the error's kind, and is made again.
    package func reportRetried(stage: String, outcome: String) {
        count(MetricNames.reportRetries, ["stage": stage, "outcome": outcome])
    }

    /// A lease was lost.
    package func leaseLost(stage: String, reason: String) {
        count(MetricNames.leaseLosses, ["stage": stage, "reason": reason])
    }

    /// A task of an earlier process goes on.
    package func resumed(stage: String) { count(MetricNames.tasksResumed, ["stage": stage]) }

    /// A tool of an earlier process was adopted.
    package func adopted(stage: String) { count(MetricNames.toolsAdopted, ["stage": stage]) }

    /// So many tools are waited for now.
    package func tools(running: Int) { set(MetricNames.toolsRunning, Double(running), [:]) }

    /// A tool ended, or could not be followed to its end: see `MetricNames.toolDuration` for the outcomes.
    package func toolEnded(_ tool: String, outcome: String, after duration: Duration, leftOvers: Int) {
        record(MetricNames.toolDuration, duration, ["tool": tool, "outcome": outcome])
        count(MetricNames.toolLeftOvers, [:], by: Int64(leftOvers))
    }

    /// Word that the host's instance goes away: `spot` or `autoscaling`.
    package func noticed(kind: String) { count(MetricNames.instanceNotices, ["kind": kind]) }

    /// What a stage looks like at the moment of asking.
    ///
    /// - Parameter leaseLeft: of the task nearest to its deadline; `nil` while none has a lease.
    package func stage(_ stage: String, paused: Bool, openPolls: Int, leaseLeft: Duration?) {
        set(MetricNames.paused, paused ? 1 : 0, ["stage": stage])
        set(MetricNames.openPolls, Double(openPolls), ["stage": stage])
        set(MetricNames.leaseLeft, leaseLeft.map(Self.seconds) ?? .nan, ["stage": stage])
    }

    /// What the task journal holds at the moment of asking, and whether a task could be claimed.
    package func journal(open: Int, ended: Int, quarantined: Int, isWritable: Bool) {
        for (state, number) in [("open", open), ("ended", ended), ("quarantined", quarantined)] {
            set(MetricNames.journalRecords, Double(number), ["state": state])
        }
        set(MetricNames.journalWritable, isWritable ? 1 : 0, [:])
    }

    /// So many more log entries are out, and so many wait now.
    package func log(sent: Int, waiting: Int) {
        factory.makeCounter(label: MetricNames.logEntries.name, dimensions: []).increment(by: Int64(sent))
        set(MetricNames.logWaiting, Double(waiting), [:])
    }

    /// So many more log entries of a priority were dropped.
    package func logDropped(_ number: Int, priority: String) {
        let counter = factory.makeCounter(label: MetricNames.logDropped.name, dimensions: [("priority", priority)])
        counter.increment(by: Int64(number))
    }

    /// A stage's slots now.
    package func slots(stage: String, busy: Int, total: Int) {
        set(MetricNames.slotsBusy, Double(busy), ["stage": stage])
        set(MetricNames.slots, Double(total), ["stage": stage])
    }

    /// A call to AWS ended: the answer's HTTP status, or the error code of a call without an answer.
    package func awsCall(service: String, outcome: String) {
        count(MetricNames.awsCalls, ["service": service, "outcome": outcome])
    }

    /// The daemon started, in seconds since 1970.
    package func started(version: String, secondsSince1970: Double) {
        set(MetricNames.buildInfo, 1, ["version": version])
        set(MetricNames.startTime, secondsSince1970, [:])
    }

    /// The daemon's credentials were refreshed.
    package func credentialsExpire(secondsSince1970: Double) {
        set(MetricNames.credentialExpiry, secondsSince1970, [:])
    }

    private func record(_ metric: MetricDescription, _ duration: Duration, _ labels: [String: String]) {
        let dimensions = labels.map { ($0.key, $0.value) }
        factory.makeRecorder(label: metric.name, dimensions: dimensions, aggregate: true).record(Self.seconds(duration))
    }

    private static func seconds(_ duration: Duration) -> Double {
        let parts = duration.components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }

    private func count(_ metric: MetricDescription, _ labels: [String: String], by amount: Int64 = 1) {
        factory.makeCounter(label: metric.name, dimensions: labels.map { ($0.key, $0.value) }).increment(by: amount)
    }

    private func set(_ metric: MetricDescription, _ value: Double, _ labels: [String: String]) {
        factory.makeMeter(label: metric.name, dimensions: labels.map { ($0.key, $0.value) }).set(value)
    }
}
