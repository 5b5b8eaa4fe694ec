import ActivityWorker
import FoundationEssentials

/// The body of `/status`. Its keys are stable: new ones may come, none changes its meaning.
struct StatusDocument: Encodable {
    /// The daemon's version.
    var version: String
    /// `starting`, `running`, `draining` or `interrupting`.
    var phase: String
    /// Seconds since the start.
    var uptimeSeconds: Int
    /// The enabled stages, in pipeline order.
    var stages: [Stage]
    /// Whom the daemon signs as.
    var credentials: Credentials
    /// What the task journal holds.
    var journal: Journal
    /// How external tools are held.
    var tools: Tools

    /// One enabled stage.
    struct Stage: Encodable {
        var stage: String
        var phase: String
        var slots: Int
        var busy: Int
        var openPolls: Int
        var oldestOpenPollSeconds: Double?
        var lastPollSeconds: Double?
        var problem: String?
        var paused: Bool
        var tasks: [Task]
    }

    /// One claimed task.
    struct Task: Encodable {
        var task: String?
        var claim: String
        var execution: String?
        var application: String?
        var step: String?
        var ageSeconds: Double
        var leaseLeftSeconds: Double?
        var heartbeatAgeSeconds: Double?
        var reporting: Bool
    }

    /// The daemon's own credentials.
    struct Credentials: Encodable {
        var source: String?
        var expiresInSeconds: Double?
        var pastExpiration: Bool
        var lastFailure: String?
    }

    /// The task journal.
    struct Journal: Encodable {
        var open: Int
        var history: Int
        var quarantined: Int
        var problem: String?
    }

    /// How external tools are held.
    struct Tools: Encodable {
        /// `cgroup`: each in one of its own. `descendants`: no cgroup is delegated, so session and descent stand in.
        var containment: String
        /// Whether Landlock confines them.
        var landlock: Bool
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
    init(_ snapshot: StageSnapshot) {
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
            tasks: snapshot.tasks.map { task in
                StatusDocument.Task(
                    task: task.id,
                    claim: task.claim,
                    execution: task.execution,
                    application: task.application,
                    step: task.step,
                    ageSeconds: task.age.seconds,
                    leaseLeftSeconds: task.leaseLeft?.seconds,
                    heartbeatAgeSeconds: task.heartbeatAge?.seconds,
                    reporting: task.isReporting
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
