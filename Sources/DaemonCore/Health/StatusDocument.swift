import ActivityWorker
import FoundationEssentials

/// The body of `/status`, described by `Config/monitoring/status.schema.json`. Its keys are stable: new ones may come, none changes its meaning.
package struct StatusDocument: Codable, Sendable, Hashable {
    /// The daemon's version.
    package var version: String
    /// `starting`, `running`, `handing over`, `draining` or `interrupting`.
    package var phase: String
    /// Seconds since the start.
    package var uptimeSeconds: Int
    /// The enabled stages, in pipeline order.
    package var stages: [Stage]
    /// Whom the daemon signs as.
    package var credentials: Credentials
    /// What the task journal holds.
    package var journal: Journal
    /// How external tools are held.
    package var tools: Tools
    /// What became of the daemon's log; `nil` from a daemon that does not say.
    package var log: Log?

    /// One enabled stage.
    package struct Stage: Codable, Sendable, Hashable {
        /// Its name.
        package var stage: String
        /// `idle`, `running`, `draining`, `interrupted` or `stopped`.
        package var phase: String
        /// Tasks at once.
        package var slots: Int
        /// Slots in use.
        package var busy: Int
        /// Polls under way.
        package var openPolls: Int
        /// Age of the oldest of them.
        package var oldestOpenPollSeconds: Double?
        /// Since the last poll that was answered well.
        package var lastPollSeconds: Double?
        /// What polling suffers from at the moment.
        package var problem: String?
        /// Whether an operator has paused it.
        package var paused: Bool
        /// Who has.
        package var pausedBy: String?
        /// Since when, ISO 8601.
        package var pausedSince: String?
        /// Claimed tasks, oldest first.
        package var tasks: [Task]
    }

    /// One claimed task.
    package struct Task: Codable, Sendable, Hashable {
        /// Its id, once its envelope was read.
        package var task: String?
        /// Name of its claim: a short hash of its token.
        package var claim: String
        /// The execution's ARN.
        package var execution: String?
        /// `release.applicationId`.
        package var application: String?
        /// `run`, `destroy` or `ping`.
        package var action: String?
        /// How many attempts of its state came before.
        package var attempt: Int?
        /// The step or tool it is in.
        package var step: String?
        /// Since the claim.
        package var ageSeconds: Double
        /// Until it would be stopped if no further heartbeat were acknowledged.
        package var leaseLeftSeconds: Double?
        /// Since the last acknowledged heartbeat was sent.
        package var heartbeatAgeSeconds: Double?
        /// Whether its outcome is settled and being reported.
        package var reporting: Bool
        /// Whether an operator has cancelled it.
        package var cancelled: Bool
    }

    /// The daemon's own credentials.
    package struct Credentials: Codable, Sendable, Hashable {
        /// Where they came from; `nil` when there were none yet.
        package var source: String?
        /// Until they expire; `nil` when they do not.
        package var expiresInSeconds: Double?
        /// Whether they are signed with past their expiration, as no newer ones can be had.
        package var pastExpiration: Bool
        /// Why the last refresh failed.
        package var lastFailure: String?
    }

    /// The task journal.
    package struct Journal: Codable, Sendable, Hashable {
        /// Claims that are not closed.
        package var open: Int
        /// Endings that are kept.
        package var history: Int
        /// Records that could not be read.
        package var quarantined: Int
        /// Why no task can be claimed.
        package var problem: String?
    }

    /// How external tools are held.
    package struct Tools: Codable, Sendable, Hashable {
        /// `cgroup`: each in one of its own. `descendants`: no cgroup is delegated, so session and descent stand in.
        package var containment: String
        /// Whether Landlock confines them.
        package var landlock: Bool
    }

    /// The daemon's log.
    package struct Log: Codable, Sendable, Hashable {
        /// Entries that wait for systemd's journal, or for standard error.
        package var waiting: Int
        /// Entries that it did not take, since the start.
        package var dropped: Int
    }

    /// The document as JSON text with sorted keys.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return "{}" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

extension StatusDocument.Stage {
    /// What `snapshot` says.
    ///
    /// - Parameter pause: who paused it.
    init(_ snapshot: StageSnapshot, pause: StagePause?) {
        self.init(
            stage: snapshot.stage,
            phase: snapshot.phase.rawValue,
            slots: snapshot.slots,
            busy: snapshot.busy,
            openPolls: snapshot.openPolls.count,
            oldestOpenPollSeconds: snapshot.openPolls.first?.seconds,
            lastPollSeconds: snapshot.lastCompletedPoll?.seconds,
            problem: snapshot.problem,
            paused: snapshot.paused,
            pausedBy: pause?.by,
            pausedSince: pause.map {
                Date(timeIntervalSince1970: Double($0.sinceMilliseconds) / 1000).formatted(.iso8601)
            },
            tasks: snapshot.tasks.map { task in
                StatusDocument.Task(
                    task: task.id,
                    claim: task.claim,
                    execution: task.execution,
                    application: task.application,
                    action: task.action?.rawValue,
                    attempt: task.attempt,
                    step: task.step,
                    ageSeconds: task.age.seconds,
                    leaseLeftSeconds: task.leaseLeft?.seconds,
                    heartbeatAgeSeconds: task.heartbeatAge?.seconds,
                    reporting: task.isReporting,
                    cancelled: task.isCancelled
                )
            }
        )
    }
}

extension Duration {
    /// Seconds, rounded to milliseconds.
    var seconds: Double {
        let parts = components
        return Double(parts.seconds) + Double(parts.attoseconds / 1_000_000_000_000_000) / 1000
    }
}
