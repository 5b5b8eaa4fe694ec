import FoundationEssentials
import Testing

@testable import AWSClient

/// The Step Functions client against LocalStack.
@Suite(.enabled(if: AWSEmulator.localStack != nil, "BUILDERD_TEST_LOCALSTACK is not set: run Tests/run"))
struct AWSStepFunctionsTests {
    @Test(
        "an activity's task is polled, kept alive and completed, and its token is dead afterwards",
        .timeLimit(.minutes(2))
    )
    func lifeOfATask() async throws {
        let configuration = try AWSEmulator.configuration(AWSEmulator.localStack)
        let client = StepFunctionsClient(configuration)
        let activity = try await makeActivity(configuration)
        #expect(try await client.describeActivity(activityARN: activity).activityARN == activity)
        let machine = try await makeStateMachine(configuration, activity: activity)

        let input = #"{"text":"é \"quoted\" 😀","n":[1,2]}"#
        let execution = try await client.startExecution(
            stateMachineARN: machine,
            name: AWSEmulator.unique("e"),
            input: input
        )
        let task = try #require(try await poll(client, activity))
        let given = try JSONDecoder().decode(Given.self, from: Data(task.input.utf8))
        #expect(given == Given(text: "é \"quoted\" 😀", n: [1, 2]))
        try await client.sendTaskHeartbeat(taskToken: task.taskToken)
        try await client.sendTaskSuccess(taskToken: task.taskToken, output: #"{"done":"\u0001 é"}"#)

        let ended = try await ending(client, execution.executionARN)
        #expect(ended.status == "SUCCEEDED")
        let output = try JSONDecoder().decode([String: String].self, from: Data((ended.output ?? "").utf8))
        #expect(output == ["done": "\u{1} é"])
        await #expect(throws: AWSError.self) { try await client.sendTaskHeartbeat(taskToken: task.taskToken) }
    }

    @Test("a failure carries its error and cause", .timeLimit(.minutes(2)))
    func failure() async throws {
        let configuration = try AWSEmulator.configuration(AWSEmulator.localStack)
        let client = StepFunctionsClient(configuration)
        let activity = try await makeActivity(configuration)
        let machine = try await makeStateMachine(configuration, activity: activity)
        let execution = try await client.startExecution(stateMachineARN: machine, name: nil, input: "{}")
        let task = try #require(try await poll(client, activity))
        try await client.sendTaskFailure(
            taskToken: task.taskToken,
            error: "Builder.Internal",
            cause: #"{"message":"why\n"}"#
        )
        let ended = try await ending(client, execution.executionARN)
        #expect(ended.status == "FAILED" && ended.error == "Builder.Internal" && ended.cause == #"{"message":"why\n"}"#)
    }

    @Test("an activity that does not exist and a bogus token are refused by name")
    func refusals() async throws {
        let client = StepFunctionsClient(try AWSEmulator.configuration(AWSEmulator.localStack))
        let missing = "arn:aws:states:us-east-1:000000000000:activity:\(AWSEmulator.unique("none"))"
        do {
            _ = try await client.getActivityTask(activityARN: missing, workerName: "w")
            Issue.record("a poll of no activity succeeded")
        } catch {
            #expect(
                error.code == "ActivityDoesNotExist" && error.kind == .notFound && !error.mayHaveActed
                    && error.attempts == 1
            )
        }
        do {
            try await client.sendTaskSuccess(taskToken: "bogus", output: "{}")
            Issue.record("a bogus token was taken")
        } catch {
            #expect(error.code == "InvalidToken" && error.kind == .rejected && error.attempts == 1)
        }
    }

    private struct Given: Codable, Equatable {
        var text: String
        var n: [Int]
    }

    private func poll(_ client: StepFunctionsClient, _ activity: String) async throws -> ActivityTask? {
        for _ in 0..<3 {
            if let task = try await client.getActivityTask(activityARN: activity, workerName: "tests") { return task }
        }
        return nil
    }

    /// The service has no call that waits for an execution's end.
    private func ending(_ client: StepFunctionsClient, _ execution: String) async throws -> ExecutionDescription {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let description = try await client.describeExecution(executionARN: execution)
            if description.status != "RUNNING" { return description }
            try #require(ContinuousClock.now < deadline, "the execution still runs after 60 s")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private struct MadeActivity: Decodable { let activityArn: String }
    private struct MadeStateMachine: Decodable { let stateMachineArn: String }

    private func service(_ configuration: AWSConfiguration) -> JSONService {
        JSONService(
            ServiceRuntime(configuration, service: .sfn, environment: .system),
            version: .v1_0,
            target: "AWSStepFunctions"
        )
    }

    private func makeActivity(_ configuration: AWSConfiguration) async throws -> String {
        let made: MadeActivity = try await service(configuration).send(
            "CreateActivity",
            ["name": AWSEmulator.unique("a")]
        )
        return made.activityArn
    }

    private func makeStateMachine(_ configuration: AWSConfiguration, activity: String) async throws -> String {
        let definition =
            #"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"\#(activity)","HeartbeatSeconds":60,"TimeoutSeconds":120,"End":true}}}"#
        let request = [
            "name": AWSEmulator.unique("m"), "definition": definition, "roleArn": "arn:aws:iam::000000000000:role/x",
        ]
        let made: MadeStateMachine = try await service(configuration).send("CreateStateMachine", request)
        return made.stateMachineArn
    }
}
