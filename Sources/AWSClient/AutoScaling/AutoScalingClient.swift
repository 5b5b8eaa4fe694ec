import CurlTransport

/// The EC2 Auto Scaling operations with which an instance takes its leave (Query protocol).
///
/// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/Welcome.html
package struct AutoScalingClient: Sendable {
    private let service: QueryService

    /// A client of this configuration; copies share retry budget, clock correction and signing key.
    package init(_ configuration: AWSConfiguration, environment: RuntimeEnvironment = .system) {
        service = QueryService(
            ServiceRuntime(configuration, service: .autoScaling, environment: environment),
            version: "2011-01-01"
        )
    }

    /// Lets a held instance go on to what Auto Scaling holds it for (result `CONTINUE`).
    ///
    /// - Throws: `AWSError`; see `AWSError.saysNothingIsHeld`.
    package func completeLifecycleAction(_ hold: LifecycleHold) async throws(AWSError) {
        var form = self.form("CompleteLifecycleAction", hold)
        form.add("LifecycleActionResult", "CONTINUE")
        try await service.send(form) { (root) throws(AnswerProblem) in
            _ = try root.required("CompleteLifecycleActionResult")
        }
    }

    /// Holds a held instance for the hook's whole heartbeat timeout from now on.
    ///
    /// - Throws: `AWSError`; see `AWSError.saysNothingIsHeld`.
    package func recordLifecycleActionHeartbeat(_ hold: LifecycleHold) async throws(AWSError) {
        try await service.send(form("RecordLifecycleActionHeartbeat", hold)) { (root) throws(AnswerProblem) in
            _ = try root.required("RecordLifecycleActionHeartbeatResult")
        }
    }

    /// The hook of this name; `nil` where the group has none.
    ///
    /// - Throws: `AWSError`, code `ValidationError` where there is no such group.
    package func describeLifecycleHook(group: String, hook: String) async throws(AWSError) -> LifecycleHook? {
        var form = QueryForm("DescribeLifecycleHooks")
        form.add("AutoScalingGroupName", group)
        form.add("LifecycleHookNames.member.1", hook)
        return try await service.send(form) { (root) throws(AnswerProblem) in
            let list = try root.required("DescribeLifecycleHooksResult").required("LifecycleHooks")
            guard let member = list.children.first(where: { $0.text("LifecycleHookName") == hook }) else { return nil }
            guard let seconds = Int(try member.requiredText("HeartbeatTimeout")) else {
                throw AnswerProblem("the hook's HeartbeatTimeout is not a number")
            }
            return LifecycleHook(
                transition: try member.requiredText("LifecycleTransition"),
                heartbeatTimeoutSeconds: seconds,
                globalTimeoutSeconds: member.text("GlobalTimeout").flatMap { Int($0) },
                defaultResult: try member.requiredText("DefaultResult")
            )
        }
    }

    private func form(_ action: String, _ hold: LifecycleHold) -> QueryForm {
        var form = QueryForm(action)
        form.add("AutoScalingGroupName", hold.group)
        form.add("LifecycleHookName", hold.hook)
        form.add("InstanceId", hold.instanceID)
        return form
    }
}

extension AWSError {
    /// Whether Auto Scaling answers that it does not hold the instance at the hook: not yet, not any more, or because group, hook or
    /// instance are others. It tells these apart in its message only.
    package var saysNothingIsHeld: Bool {
        code == "ValidationError" && message.contains("No active Lifecycle Action found")
    }
}
