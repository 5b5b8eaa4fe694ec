import AWSClient

/// The lifecycle hook that holds this host's end, where the configuration names one.
struct LifecycleHookChecks: Sendable {
    private static let check = "lifecycle hook"
    private static let transition = "autoscaling:EC2_INSTANCE_TERMINATING"

    let client: AutoScalingClient
    let notices: InstanceNotices
    let configuration: DaemonConfiguration

    func findings() async -> [Finding] {
        guard let hook = configuration.terminationHook else { return await unnamed() }
        let names = "\(hook.name) of \(hook.group)"
        do throws(AWSError) {
            guard let found = try await client.describeLifecycleHook(group: hook.group, hook: hook.name) else {
                return [
                    .failure(
                        Self.check,
                        "the group \(hook.group) has no hook \(hook.name)",
                        fix: "correct host.lifecycleHook, or make the hook, as Config/platform/builders.yaml does"
                    )
                ]
            }
            let budget = StageAssembly.longestStop(
                of: Array(configuration.activities.keys),
                settings: configuration.stages
            )
            return [Self.judge(found, names, heartbeat: hook.heartbeat, stopBudget: budget)]
        } catch {
            return [
                PipelineChecks.refused(Self.check, error, needs: "autoscaling:DescribeLifecycleHooks") { error in
                    .failure(Self.check, "\(names): \(error.message)", fix: "correct host.autoScalingGroup")
                }
            ]
        }
    }

    /// Whether the hook holds a host's end as long as builderd needs.
    static func judge(_ hook: LifecycleHook, _ names: String, heartbeat: Duration, stopBudget: Duration) -> Finding {
        let timeout = Duration.seconds(hook.heartbeatTimeoutSeconds)
        if hook.transition != transition {
            return .failure(
                check,
                "\(names) is for \(hook.transition)",
                fix: "name a hook for \(transition) in host.lifecycleHook"
            )
        }
        if timeout < heartbeat * 2 {
            return .failure(
                check,
                "\(names) waits \(timeout.components.seconds) s for a heartbeat, and builderd sends one every "
                    + "\(heartbeat.components.seconds) s: a single late one ends the host before its tasks",
                fix: "make host.lifecycleHeartbeatSeconds at most half of the hook's HeartbeatTimeout"
            )
        }
        if timeout < stopBudget {
            return .warning(
                check,
                "\(names) waits \(timeout.components.seconds) s for a heartbeat, less than the \(stopBudget.components.seconds) s that "
                    + "tools may take to stop: where no heartbeat gets through, the host ends under them",
                fix: "make the hook's HeartbeatTimeout at least \(stopBudget.components.seconds) s"
            )
        }
        if hook.defaultResult != "CONTINUE" {
            return .warning(
                check,
                "\(names) ends in \(hook.defaultResult) by itself, which leaves out the group's other hooks",
                fix: "set its DefaultResult to CONTINUE"
            )
        }
        let most = hook.globalTimeoutSeconds.map { ", at most \($0) s in all" } ?? ""
        return .ok(
            check,
            "\(names) holds this host's end, \(timeout.components.seconds) s from heartbeat to heartbeat\(most)"
        )
    }

    /// A host in a group ends in the middle of its tasks where nothing holds its end.
    private func unnamed() async -> [Finding] {
        guard !notices.isDisabled, let state = try? await notices.targetLifecycleState() else { return [] }
        return [
            .warning(
                Self.check,
                "this host is in an Auto Scaling group (\(state.rawValue)), and builderd knows of no hook that holds its end",
                fix: "set host.autoScalingGroup and host.lifecycleHook"
            )
        ]
    }
}
