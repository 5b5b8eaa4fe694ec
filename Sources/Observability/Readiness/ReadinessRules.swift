/// When the daemon is ready: every enabled stage takes work, credentials are valid, the task journal can be written, and
/// the work folder has room.
package enum ReadinessRules {
    /// A poll is held for 60 s, so a healthy stage completes one within this.
    package static let pollAge = Duration.seconds(90)
    /// An open poll of this age is overdue: the client's own timeout is 70 s.
    package static let openPollAge = Duration.seconds(75)

    /// What was observed of the credentials.
    package enum Credentials: Sendable, Hashable {
        /// There are some; they end after this span, or never.
        case valid(left: Duration?)
        /// There were none yet, or they could not be had: the reason.
        case missing(String)
    }

    /// What was observed of the task journal.
    package enum Journal: Sendable, Hashable {
        /// The last write, or a probe, succeeded.
        case writable
        /// It failed: the reason.
        case failing(String)
    }

    /// What was observed of the folder that holds the tasks' workspaces.
    package enum WorkFolder: Sendable, Hashable {
        /// Workspaces can be made, and there is room.
        case usable
        /// They cannot, or there is not: the reason.
        case failing(String)
    }

    /// The answer to `/readyz`.
    package static func evaluate(
        stages: [StageReadiness],
        credentials: Credentials,
        journal: Journal,
        workFolder: WorkFolder
    ) -> HealthAnswer {
        var reasons = stages.compactMap(reason)
        if stages.isEmpty {
            reasons.append(
                HealthReason(subject: "stages", problem: "none is enabled", next: "give an activity its arn")
            )
        }
        switch credentials {
        case .valid(let left?) where left <= .zero:
            let problem = "they expired \(seconds(.zero - left)) ago"
            reasons.append(HealthReason(subject: "credentials", problem: problem, next: credentialsNext))
        case .valid: break
        case .missing(let problem):
            reasons.append(HealthReason(subject: "credentials", problem: problem, next: credentialsNext))
        }
        if case .failing(let problem) = journal {
            let next = "check the space and the mode of the state directory (paths.state)"
            reasons.append(HealthReason(subject: "journal", problem: problem, next: next))
        }
        if case .failing(let problem) = workFolder {
            let next = "check the space and the mode of the work directory (paths.work)"
            reasons.append(HealthReason(subject: "work folder", problem: problem, next: next))
        }
        return HealthAnswer(reasons: reasons)
    }

    private static let credentialsNext = "check the instance profile or aws.profile (builderd check-config)"

    /// Why a stage does not take work; `nil` when it does.
    private static func reason(_ stage: StageReadiness) -> HealthReason? {
        if stage.isPaused { return nil }
        if let age = stage.lastPollAge, age <= pollAge { return nil }
        if stage.openPolls.contains(where: { $0.isConnected && $0.age < openPollAge }) { return nil }
        let subject = "stage \(stage.name)"
        if stage.busySlotsInTime.count >= stage.slots {
            let late = stage.busySlotsInTime.count { !$0 }
            if late == 0 { return nil }
            return HealthReason(
                subject: subject,
                problem: "\(late) of \(stage.slots) busy slots had no heartbeat acknowledged in time",
                next: "check the network to Step Functions; the leases end at their deadlines"
            )
        }
        var problem =
            stage.lastPollAge.map { "the last poll was answered \(seconds($0)) ago" } ?? "no poll has been answered yet"
        if let failure = stage.lastPollProblem {
            problem += ", and the last one failed: \(failure)"
        } else if !stage.openPolls.isEmpty {
            problem +=
                stage.openPolls.contains(where: \.isConnected)
                ? ", and the open ones are overdue" : ", and no connection stands"
        } else {
            problem += ", and none is open"
        }
        return HealthReason(
            subject: subject,
            problem: problem,
            next:
                "check activities.\(stage.name).arn and the network to Step Functions (journalctl -u builderd BUILDERD_STAGE=\(stage.name))"
        )
    }

    private static func seconds(_ duration: Duration) -> String { "\(duration.components.seconds) s" }
}
