import AWSClient
import Pipeline

/// The activities and the state machine over them.
struct PipelineChecks: Sendable {
    let client: StepFunctionsClient
    let configuration: DaemonConfiguration

    func findings() async -> [Finding] {
        var findings: [Finding] = []
        for stage in Stage.allCases {
            guard let activity = configuration.activities[stage] else { continue }
            findings.append(await check(stage, activity.arn))
        }
        findings += await stateMachine()
        return findings
    }

    private func check(_ stage: Stage, _ arn: String) async -> Finding {
        let check = "activity \(stage.rawValue)"
        if let region = ActivityARN(arn)?.region, region != configuration.region {
            return .failure(
                check,
                "\(arn) is in \(region), and this host signs for \(configuration.region)",
                fix: "correct activities.\(stage.rawValue).arn or aws.region"
            )
        }
        do throws(AWSError) {
            _ = try await client.describeActivity(activityARN: arn)
            return .ok(check, arn)
        } catch {
            return Self.refused(check, error, needs: "states:DescribeActivity") { error in
                .failure(
                    check,
                    "\(arn) is not there: \(error.message)",
                    fix: "correct activities.\(stage.rawValue).arn by the platform stack's outputs"
                )
            }
        }
    }

    private func stateMachine() async -> [Finding] {
        let check = "state machine"
        guard let arn = configuration.releaseStateMachine else {
            return [
                .warning(
                    check,
                    "its time limits and retries are not compared with this host's",
                    fix: "set stateMachines.release to the platform stack's output StateMachine"
                )
            ]
        }
        do throws(AWSError) {
            let description = try await client.describeStateMachine(stateMachineARN: arn)
            let activities = configuration.activities.mapValues(\.arn)
            let budgets = activities.keys.map { stage in
                (stage, StageAssembly.stopBudget(of: stage, settings: configuration.stages))
            }
            return StateMachineReview(
                definition: description.definition,
                activities: activities,
                stopBudgets: Dictionary(uniqueKeysWithValues: budgets)
            ).findings()
        } catch {
            return [
                Self.refused(check, error, needs: "states:DescribeStateMachine") { error in
                    .failure(check, "\(arn) is not there: \(error.message)", fix: "correct stateMachines.release")
                }
            ]
        }
    }

    /// A missing permission keeps a check from being made, and is no failure of what is checked.
    static func refused(
        _ check: String,
        _ error: AWSError,
        needs permission: String,
        otherwise: (AWSError) -> Finding
    ) -> Finding {
        switch error.kind {
        case .accessDenied:
            .warning(check, "it cannot be checked: \(error.message)", fix: "allow the builder's role \(permission)")
        case .throttling, .transient, .cancelled:
            .warning(check, "it cannot be checked: \(error)", fix: "try again, and see the endpoints above")
        case .notFound, .rejected: otherwise(error)
        }
    }
}
