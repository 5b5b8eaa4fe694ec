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
    /// `stage`; NaN while no task of the stage has a lease.
    package static let leaseLeft = MetricDescription(
        .gauge,
        "builderd_lease_left_seconds",
        "Until the task nearest to its lease's deadline would be stopped."
    )
    /// `stage`.
    package static let tasksResumed = MetricDescription(
        .counter,
        "builderd_tasks_resumed_total",
        "Tasks of an earlier process that went on."
    )
    /// `stage`.
    package static let toolsAdopted = MetricDescription(
        .counter,
        "builderd_tools_adopted_total",
        "Tools begun by an earlier process that were adopted."
    )
    /// `stage`; 0 or 1.
    package static let paused = MetricDescription(.gauge, "builderd_stage_paused", "Whether an operator has paused it.")
    /// `stage`.
    package static let openPolls = MetricDescription(.gauge, "builderd_open_polls", "Polls under way.")
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
    /// `tool`, `outcome` (`success`, also where a tool says by its status what it found; `failure`, `stopped`, `fenced` by its supervisor, `killed`, or an error's code such as `lost`).
    package static let toolDuration = MetricDescription(
        .histogram,
        "builderd_tool_duration_seconds",
        "From a tool's start, or its adoption, to its end.",
        buckets: [1, 5, 15, 60, 300, 900, 1800, 3600, 7200]
    )
    /// No labels.
    package static let toolsRunning = MetricDescription(.gauge, "builderd_tools_running", "Tools that are waited for.")
    /// No labels.
    package static let toolLeftOvers = MetricDescription(
        .counter,
        "builderd_tool_left_overs_total",
        "Processes that tools left behind and that were ended."
    )
    /// `state` (`open`, `ended`, `quarantined`).
    package static let journalRecords = MetricDescription(
        .gauge,
        "builderd_journal_records",
        "What the task journal holds."
    )
    /// No labels; 0 or 1.
    package static let journalWritable = MetricDescription(
        .gauge,
        "builderd_journal_writable",
        "Whether a task could be claimed."
    )
    /// No labels.
    package static let logEntries = MetricDescription(
        .counter,
        "builderd_log_entries_total",
        "Log entries that systemd's journal (or standard error) has taken."
    )
    /// `priority` (`crit` to `debug`).
    package static let logDropped = MetricDescription(
        .counter,
        "builderd_log_entries_dropped_total",
        "Log entries that were dropped because the journal did not take them."
    )
    /// No labels.
    package static let logWaiting = MetricDescription(
        .gauge,
        "builderd_log_entries_waiting",
        "Log entries that wait for the journal."
    )
    /// `kind` (`spot`, `autoscaling`).
    package static let instanceNotices = MetricDescription(
        .counter,
        "builderd_instance_notices_total",
        "Notices that this host's instance is about to go away."
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
        "builderd_credential_expiry_timestamp_seconds",
        "When the daemon's own credentials expire, in seconds since 1970."
    )

    /// `outcome` (`applied`, `refused`).
    package static let reloads = MetricDescription(
        .counter,
        "builderd_reloads_total",
        "Reloads of the configuration by outcome."
    )
    /// No labels; 0 or 1.
    package static let reloadSuccessful = MetricDescription(
        .gauge,
        "builderd_config_last_reload_successful",
        "Whether what runs is what the configuration file said when it was last read."
    )
    /// `folder` (`state`, `work`).
    package static let freeBytes = MetricDescription(
        .gauge,
        "builderd_free_bytes",
        "Room on the file system of a folder."
    )
    // Of every process: the names that Prometheus' own client libraries use.
    /// No labels.
    package static let processorTime = MetricDescription(
        .counter,
        "process_cpu_seconds_total",
        "User and system time of the daemon, its tools not counted."
    )
    /// No labels.
    package static let residentMemory = MetricDescription(
        .gauge,
        "process_resident_memory_bytes",
        "Memory of the daemon that is in RAM."
    )
    /// No labels.
    package static let openFiles = MetricDescription(
        .gauge,
        "process_open_fds",
        "File descriptors that the daemon has open."
    )
    /// No labels.
    package static let mostOpenFiles = MetricDescription(
        .gauge,
        "process_max_fds",
        "File descriptors that the daemon may have open."
    )

    /// All of the above.
    package static let all = [
        polls, tasksClaimed, tasksReported, reportRetries, heartbeats, leaseLosses, leaseLeft, tasksResumed,
        toolsAdopted,
        paused, openPolls, slotsBusy, slots, taskDuration, toolDuration, toolsRunning, toolLeftOvers, journalRecords,
        journalWritable, logEntries, logDropped, logWaiting, instanceNotices, awsCalls, buildInfo, startTime,
        credentialExpiry, reloads, reloadSuccessful, freeBytes, processorTime, residentMemory, openFiles, mostOpenFiles,
    ]
}
