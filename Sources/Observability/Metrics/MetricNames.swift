/// Every metric of builderd: its name, kind, meaning and labels. The one place where they are named.
package enum MetricNames {
    /// `stage`, `outcome` (`task`, `empty`, or an error's kind).
    package static let polls = MetricDescription(
        .counter,
        "builderd_polls_total",
        "Polls for activity tasks by outcome."
    )
    /// `stage`.
    package static let tasksClaimed = MetricDescription(.counter, "builderd_tasks_claimed_total", "Tasks claimed.")
    /// `stage`, `outcome` (`success`, `failure`).
    package static let tasksReported = MetricDescription(
        .counter,
        "builderd_tasks_reported_total",
        "Tasks whose end was reported."
    )
    /// `stage`, `outcome` (an error's kind).
    package static let reportRetries = MetricDescription(
        .counter,
        "builderd_report_retries_total",
        "Attempts to report a task's end that failed and are made again."
    )
    /// `stage`, `outcome` (`acknowledged`, or an error's kind).
    package static let heartbeats = MetricDescription(.counter, "builderd_heartbeats_total", "Heartbeats sent.")
    /// `stage`, `reason`.
    package static let leaseLosses = MetricDescription(.counter, "builderd_lease_losses_total", "Leases lost.")
    /// `stage`.
    package static let slotsBusy = MetricDescription(.gauge, "builderd_slots_busy", "Slots at work.")
    /// `stage`.
    package static let slots = MetricDescription(.gauge, "builderd_slots", "Configured slots.")
    /// `stage`, `outcome`.
    package static let taskDuration = MetricDescription(
        .histogram,
        "builderd_task_duration_seconds",
        "From claim to report.",
        buckets: [1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400]
    )
    /// `service`, `outcome` (the HTTP status, or the error code of a call without an answer).
    package static let awsCalls = MetricDescription(
        .counter,
        "builderd_aws_calls_total",
        "Calls to AWS, retries counted."
    )
    /// `version`; always 1.
    package static let buildInfo = MetricDescription(.gauge, "builderd_build_info", "The running version.")
    /// No labels.
    package static let startTime = MetricDescription(
        .gauge,
        "builderd_start_time_seconds",
        "When the daemon started, in seconds since 1970."
    )
    /// No labels; absent when the credentials do not expire.
    package static let credentialExpiry = MetricDescription(
        .gauge,
        "builderd_credential_expiry_seconds",
        "When the daemon's own credentials expire, in seconds since 1970."
    )

    /// All of the above.
    package static let all = [
        polls, tasksClaimed, tasksReported, reportRetries, heartbeats, leaseLosses, slotsBusy, slots, taskDuration,
        awsCalls, buildInfo, startTime,
        credentialExpiry,
    ]
}
