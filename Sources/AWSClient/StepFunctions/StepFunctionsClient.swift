import CurlTransport

/// The Step Functions operations that a worker and a trigger use (AWS JSON 1.0).
///
/// https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html
package struct StepFunctionsClient: Sendable {
    private let service: JSONService

    /// A client of this configuration; copies share retry budget, clock correction and signing key.
    package init(_ configuration: AWSConfiguration, environment: RuntimeEnvironment = .system) {
        service = JSONService(
            ServiceRuntime(configuration, service: .sfn, environment: environment),
            version: .v1_0,
            target: "AWSStepFunctions"
        )
    }

    /// One long poll: the service holds it for up to 60 s; the exchange may last 70 s. Never retried here.
    ///
    /// - Parameter workerName: 1 to 80 characters without white space.
    /// - Returns: the task, or `nil` only when a well-formed answer has no token.
    /// - Throws: `AWSError` with code `.malformedAnswer` when the answer is anything else; the service may have handed
    ///   out a task with it, so `mayHaveActed` is set.
    package func getActivityTask(activityARN: String, workerName: String) async throws(AWSError) -> ActivityTask? {
        var body = JSONTextWriter(capacity: 96 + activityARN.utf8.count)
        body.beginObject()
        body.member("activityArn", activityARN)
        body.member("workerName", workerName)
        body.endObject()
        var call = service.call("GetActivityTask", body: body.bytes)
        call.limits = ExchangeLimits(whole: .seconds(70))
        call.isRetried = false
        call.isHeld = true
        return try await service.runtime.send(call) { (response) throws(AnswerProblem) in
            try ActivityTask(answer: response.body)
        }
    }

    /// Resets the task's heartbeat clock.
    package func sendTaskHeartbeat(taskToken: String) async throws(AWSError) {
        var body = JSONTextWriter(capacity: 32 + taskToken.utf8.count)
        body.beginObject()
        body.member("taskToken", taskToken)
        body.endObject()
        try await service.acknowledged("SendTaskHeartbeat", body: body.bytes)
    }

    /// Reports success.
    ///
    /// - Parameter output: valid JSON of at most 262,144 UTF-8 bytes.
    package func sendTaskSuccess(taskToken: String, output: String) async throws(AWSError) {
        var body = JSONTextWriter(capacity: 64 + taskToken.utf8.count + output.utf8.count * 9 / 8)
        body.beginObject()
        body.member("output", output)
        body.member("taskToken", taskToken)
        body.endObject()
        try await service.acknowledged("SendTaskSuccess", body: body.bytes)
    }

    /// Reports failure.
    ///
    /// - Parameters:
    ///   - error: at most 256 characters; left out when `nil`.
    ///   - cause: at most 32,768 characters; left out when `nil`.
    package func sendTaskFailure(taskToken: String, error: String?, cause: String?) async throws(AWSError) {
        var body = JSONTextWriter(
            capacity: 96 + taskToken.utf8.count + (error?.utf8.count ?? 0) + (cause?.utf8.count ?? 0) * 9 / 8
        )
        body.beginObject()
        if let cause { body.member("cause", cause) }
        if let error { body.member("error", error) }
        body.member("taskToken", taskToken)
        body.endObject()
        try await service.acknowledged("SendTaskFailure", body: body.bytes)
    }

    /// What an activity is. Throttled at 1 per second: never in a loop.
    package func describeActivity(activityARN: String) async throws(AWSError) -> ActivityDescription {
        try await service.send("DescribeActivity", ["activityArn": activityARN])
    }

    /// Starts an execution. The same name and input while it runs is the same execution; else `ExecutionAlreadyExists`.
    ///
    /// - Parameters:
    ///   - name: 1 to 80 characters; chosen by the service when `nil`.
    ///   - input: JSON text.
    package func startExecution(
        stateMachineARN: String,
        name: String?,
        input: String
    ) async throws(AWSError) -> StartedExecution {
        var members = ["stateMachineArn": stateMachineARN, "input": input]
        if let name { members["name"] = name }
        return try await service.send("StartExecution", members)
    }

    /// What a state machine is. Throttled at 20 per second: for checks.
    package func describeStateMachine(stateMachineARN: String) async throws(AWSError) -> StateMachineDescription {
        try await service.send("DescribeStateMachine", ["stateMachineArn": stateMachineARN])
    }

    /// Where an execution stands.
    package func describeExecution(executionARN: String) async throws(AWSError) -> ExecutionDescription {
        try await service.send("DescribeExecution", ["executionArn": executionARN])
    }
}
