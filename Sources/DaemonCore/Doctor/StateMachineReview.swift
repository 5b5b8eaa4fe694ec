import FoundationEssentials
import Pipeline

/// Whether a state machine's definition fits the hosts that work its activities.
struct StateMachineReview: Sendable {
    /// What each state of an activity has to retry: the host or AWS was short of something, not the release.
    static let retried = [
        FailureName.builderDraining, .builderInterrupted, .builderToolLost, .awsThrottled, .awsUnavailable,
    ].map(\.rawValue)
    /// By how many seconds `HeartbeatSeconds` must exceed a stage's stop budget: what the worker refuses a task by.
    static let margin = 60

    /// Amazon States Language, JSON.
    let definition: String
    /// The host's activities' ARNs.
    let activities: [Stage: String]
    /// How long each stage needs to stop.
    let stopBudgets: [Stage: Duration]

    /// One finding that all is well, or one for each thing that is not.
    func findings() -> [Finding] {
        guard let root = try? JSONDecoder().decode(JSONValue.self, from: Data(definition.utf8)) else {
            return [.failure("state machine", "its definition is not JSON", fix: "deploy Config/platform again")]
        }
        let states = Self.states(of: root)
        var findings: [Finding] = []
        for stage in Stage.allCases {
            guard let arn = activities[stage] else { continue }
            let own = states.filter { $0.state["Resource"]?.text == arn }
            if own.isEmpty {
                findings.append(
                    .failure(
                        "state machine",
                        "no state uses the activity of \(stage.rawValue), \(arn)",
                        fix: "correct activities.\(stage.rawValue).arn or stateMachines.release"
                    )
                )
            }
            for (name, state) in own { findings += review(name, state, of: stage) }
        }
        if findings.isEmpty {
            findings = [
                .ok("state machine", "time limits fit the stop budgets, and what has to be retried is")
            ]
        }
        return findings
    }

    private func review(_ name: String, _ state: JSONValue, of stage: Stage) -> [Finding] {
        let check = "state \(name)"
        var findings: [Finding] = []
        let least = Int((stopBudgets[stage] ?? .zero).components.seconds) + Self.margin
        let limits = [("HeartbeatSeconds", "heartbeatSeconds"), ("TimeoutSeconds", "timeoutSeconds")]
        for (field, parameter) in limits {
            guard let value = state[field]?.whole else {
                findings.append(
                    .failure(check, "it has no \(field), so a lost host is never noticed", fix: "give it one")
                )
                continue
            }
            let told = (state["Parameters"] ?? state["Arguments"])?[parameter]?.whole
            if told != value {
                findings.append(
                    .failure(
                        check,
                        "\(field) is \(value), and the envelope says \(told.map(String.init) ?? "nothing") in \(parameter)",
                        fix: "write the same number in both"
                    )
                )
            }
        }
        if let heartbeat = state["HeartbeatSeconds"]?.whole {
            if heartbeat < least {
                findings.append(
                    .failure(
                        check,
                        "HeartbeatSeconds \(heartbeat) is under \(least), the stage's stop budget + \(Self.margin): its tasks are refused",
                        fix: "raise it to \(least), or lower the tool's graceSeconds on the hosts"
                    )
                )
            }
            if let timeout = state["TimeoutSeconds"]?.whole, heartbeat >= timeout {
                findings.append(
                    .failure(check, "HeartbeatSeconds is not under TimeoutSeconds", fix: "raise TimeoutSeconds")
                )
            }
        }
        return findings + retries(check, state)
    }

    private func retries(_ check: String, _ state: JSONValue) -> [Finding] {
        let rules = (state["Retry"]?.elements ?? []).filter { $0["MaxAttempts"]?.whole != 0 }
        let names = Set(rules.flatMap { $0["ErrorEquals"]?.elements ?? [] }.compactMap(\.text))
        var findings: [Finding] = []
        let isEverything = !names.isDisjoint(with: ["States.ALL", "States.TaskFailed"])
        let missing = Self.retried.filter { !names.contains($0) }
        if !missing.isEmpty && !isEverything {
            findings.append(
                .failure(
                    check,
                    "it does not retry \(missing.joined(separator: ", ")): a restart of a host fails releases",
                    fix: "add them to its Retry"
                )
            )
        }
        if isEverything || names.contains(FailureName.builderCancelled.rawValue) {
            findings.append(
                .warning(
                    check,
                    "it retries \(FailureName.builderCancelled.rawValue): a task that an operator cancels comes back",
                    fix: "name what is retried, as Config/platform/release.asl.json does"
                )
            )
        }
        return findings
    }

    /// Every state with its name, those of branches and iterators too.
    private static func states(of machine: JSONValue) -> [(name: String, state: JSONValue)] {
        (machine["States"]?.members ?? [:]).sorted { $0.key < $1.key }.flatMap { name, state in
            let inner =
                (state["Branches"]?.elements ?? []) + [state["Iterator"], state["ItemProcessor"]].compactMap { $0 }
            return [(name, state)] + inner.flatMap(Self.states)
        }
    }
}
