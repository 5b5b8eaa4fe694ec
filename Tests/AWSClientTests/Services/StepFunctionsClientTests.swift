import CurlTransport
import FoundationEssentials
import Testing

@testable import AWSClient

@Suite struct StepFunctionsClientTests {
    private func poll(_ answers: [ClientStand.Answer]) async -> (Result<ActivityTask?, AWSError>, ClientStand) {
        let stand = ClientStand(answers)
        do {
            let task = try await stand.stepFunctions.getActivityTask(activityARN: "arn:a", workerName: "w")
            return (.success(task), stand)
        } catch {
            return (.failure(error), stand)
        }
    }

    @Test("a poll is one request of up to 70 s, and brings the task")
    func task() async throws {
        let (result, stand) = await poll([.json(#"{"taskToken":"AQ\"\u0041","input":"{\"a\": \"é\"}","more":[1]}"#)])
        let task = try #require(try result.get())
        #expect(task.taskToken == "AQ\"A" && task.input == #"{"a": "é"}"#)
        #expect("\(task)" == "<activity task>" && String(reflecting: task) == "<activity task>")
        let request = stand.requests[0]
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"activityArn":"arn:a","workerName":"w"}"#)
        #expect(request.url == "https://service.test/" && request.method == "POST")
        #expect(request.header("X-Amz-Target") == "AWSStepFunctions.GetActivityTask")
        #expect(request.header("Content-Type") == "application/x-amz-json-1.0")
        #expect(request.header("amz-sdk-request") == "attempt=1; max=1")
        #expect(request.limits.whole == .seconds(70))
    }

    @Test(
        "no task is only what a well-formed answer says",
        arguments: ["{}", #"{"taskToken":null,"input":null}"#, #"{"taskToken":""}"#, #" {"input":""} "#]
    )
    func noTask(body: String) async throws {
        let (result, _) = await poll([.json(body)])
        #expect(try result.get() == nil)
    }

    @Test(
        "any other answer is malformed, not retried, and may have taken a task with it",
        arguments: [
            "", " ", "null", "[]", "\"\"", "<html><body>captive portal</body></html>", #"{"taskToken":"t""#,
            #"{"taskToken":"t","input":"{}""#, #"{"taskToken":"t"}"#, #"{"taskToken":"t","input":null}"#,
            #"{"taskToken":5,"input":"{}"}"#,
            #"{"taskToken":"t","input":{}}"#, #"{"taskToken":"t","input":"\ud800"}"#, "{}{}", "{} x",
            String(repeating: #"{"a":"#, count: 100_000), String(repeating: "[", count: 1_000_000),
        ]
    )
    func malformed(body: String) async {
        let (result, stand) = await poll([.json(body)])
        guard case .failure(let error) = result else {
            Issue.record("read as \(result)")
            return
        }
        #expect(error.code == .malformedAnswer && error.kind == .transient && error.mayHaveActed && error.status == 200)
        #expect(error.requestID == "r-1" && !error.message.contains("captive"))
        #expect(stand.requests.count == 1 && stand.waits.isEmpty)
    }

    @Test(
        "a failed poll is left to the poll loop",
        arguments: [
            ClientStand.Answer.error("X", status: 500), .error("ThrottlingException"),
            .error("ActivityWorkerLimitExceeded"),
            .lost(.reset), .lost(.deadline), .lost(.truncated),
        ]
    )
    func pollNotRetried(answer: ClientStand.Answer) async {
        let (result, stand) = await poll([answer])
        #expect(throws: AWSError.self) { try result.get() }
        #expect(stand.requests.count == 1 && stand.waits.isEmpty)
    }

    @Test("reports carry their members, escaped")
    func reports() async throws {
        let stand = ClientStand([.json("{}")])
        let client = stand.stepFunctions
        try await client.sendTaskSuccess(taskToken: "t/=", output: "{\"a\":\"\\n\u{1}\u{1F}\"}")
        try await client.sendTaskFailure(taskToken: "t", error: "Builder.Internal", cause: "{\"m\":\"\t\"}")
        try await client.sendTaskFailure(taskToken: "t", error: nil, cause: nil)
        try await client.sendTaskHeartbeat(taskToken: "t")
        let bodies = try stand.requests.map { try JSONDecoder().decode([String: String].self, from: Data($0.body)) }
        #expect(bodies[0] == ["taskToken": "t/=", "output": "{\"a\":\"\\n\u{1}\u{1F}\"}"])
        #expect(bodies[1] == ["taskToken": "t", "error": "Builder.Internal", "cause": "{\"m\":\"\t\"}"])
        #expect(bodies[2] == ["taskToken": "t"] && bodies[3] == ["taskToken": "t"])
        #expect(
            stand.requests.compactMap { $0.header("X-Amz-Target") }
                == ["Success", "Failure", "Failure", "Heartbeat"]
                .map { "AWSStepFunctions.SendTask" + $0 }
        )
    }

    @Test("an answer without what it promises is malformed")
    func missingMembers() async {
        let stand = ClientStand([.json(#"{"name":"n"}"#)])
        let error = await awsError { () async throws(AWSError) in
            _ = try await stand.stepFunctions.describeActivity(activityARN: "a")
        }
        #expect(error?.code == .malformedAnswer)
    }
}
