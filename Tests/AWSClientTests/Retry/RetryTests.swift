import CurlTransport
import FoundationEssentials
import Testing

@testable import AWSClient

@Suite struct RetryTests {
    private let done = ClientStand.Answer.json("{}")

    @Test(
        "a transient failure is tried again after a short wait",
        arguments: [
            ClientStand.Answer.error("ServiceUnavailable", status: 503), .error("X", status: 500),
            .json("", status: 502),
            .json("<html>", status: 504), .error("RequestTimeout"), .error("RequestTimeoutException"),
            .lost(.reset), .lost(.truncated), .lost(.closedWithoutAnswer), .lost(.deadline), .lost(.notHTTP),
            .lost(.connectionRefused, mayHaveBeenSent: false), .lost(.connectTimeout, mayHaveBeenSent: false),
            .json("<html>nope</html>"), .json(""), .json(#"{"a":"#), .json("[]"),
        ]
    )
    func transient(failure: ClientStand.Answer) async throws {
        var failure = failure
        // An empty body with a request id is how operations without output are answered; an empty body without one is not.
        if case .response(var response) = failure, response.status == 200 {
            response.headers = []
            failure = .response(response)
        }
        let stand = ClientStand([failure, failure, done])
        try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        #expect(stand.requests.count == 3)
        #expect(stand.waits == [.milliseconds(25), .milliseconds(50)])
    }

    @Test(
        "throttling is waited out longer",
        arguments: [
            "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
            "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
            "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
            "PriorRequestNotComplete", "EC2ThrottledException", "KmsThrottlingException", "ActivityWorkerLimitExceeded",
        ]
    )
    func throttling(code: String) async throws {
        let stand = ClientStand([.error(code), .error(code, status: 503), done])
        try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        #expect(stand.waits == [.milliseconds(500), .seconds(1)])
        stand.answer([.error(code)])
        let error = await awsError { () async throws(AWSError) in
            try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        }
        #expect(error?.kind == .throttling && error?.attempts == 3 && error?.mayHaveActed == false)
    }

    @Test("status 429 without a known code is throttling")
    func tooManyRequests() async throws {
        let stand = ClientStand([.json("slow down", status: 429), done])
        try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        #expect(stand.waits == [.milliseconds(500)])
    }

    @Test(
        "what will fail again is not tried again",
        arguments: [
            ("TaskDoesNotExist", 400, AWSError.Kind.notFound), ("TaskTimedOut", 400, .rejected),
            ("InvalidToken", 400, .rejected),
            ("ValidationException", 400, .rejected), ("AccessDeniedException", 400, .accessDenied),
            ("Y", 403, .accessDenied),
            ("NotImplemented", 501, .rejected), ("InternalFailure", 501, .rejected),
            ("UnrecognizedClientException", 400, .accessDenied),
            ("InvalidAMIID.NotFound", 400, .notFound), ("Z", 404, .notFound), ("WebServerUnknown", 520, .transient),
        ]
    )
    func notRetried(code: String, status: Int, kind: AWSError.Kind) async {
        let stand = ClientStand([.error(code, status: status)])
        let error = await awsError { () async throws(AWSError) in
            try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        }
        #expect(error?.code.rawValue == code && error?.kind == kind && error?.status == status)
        #expect(
            error?.message == "because" && error?.requestID == "r-1" && error?.operation == "states.SendTaskHeartbeat"
        )
        #expect(stand.requests.count == 1 && stand.waits.isEmpty)
    }

    @Test("three attempts at most, and the error speaks for all of them")
    func attempts() async {
        let refused = ClientStand.Answer.lost(.connectionRefused, mayHaveBeenSent: false)
        let stand = ClientStand([.lost(.reset), refused])
        let client = stand.stepFunctions
        let error = await awsError { () async throws(AWSError) in
            try await client.sendTaskSuccess(taskToken: "t", output: "{}")
        }
        #expect(stand.requests.count == 3)
        #expect(error?.code == .transport && error?.kind == .transient && error?.attempts == 3)
        #expect(error?.mayHaveActed == true, "the first attempt may have arrived")
        #expect((error?.underlying as? TransportError)?.code == .connectionRefused)

        stand.answer([refused])
        let second = await awsError { () async throws(AWSError) in
            try await client.sendTaskSuccess(taskToken: "t", output: "{}")
        }
        #expect(second?.mayHaveActed == false)
    }

    @Test("a dead token after an ambiguous attempt says that the call may have been acted upon")
    func ambiguousThenDead() async {
        let stand = ClientStand([.lost(.closedWithoutAnswer), .error("TaskDoesNotExist")])
        let error = await awsError { () async throws(AWSError) in
            try await stand.stepFunctions.sendTaskSuccess(taskToken: "t", output: "{}")
        }
        #expect(error?.code == "TaskDoesNotExist" && error?.mayHaveActed == true)
    }

    @Test("every attempt is signed anew, with the same invocation id and its own number")
    func headers() async throws {
        let stand = ClientStand([.lost(.reset), .error("Z", status: 500), done], latency: 2)
        try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        let requests = stand.requests
        #expect(
            requests.compactMap { $0.header("amz-sdk-request") } == [
                "attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3",
            ]
        )
        #expect(Set(requests.compactMap { $0.header("amz-sdk-invocation-id") }) == ["invocation"])
        #expect(Set(requests.compactMap { $0.header("X-Amz-Date") }).count == 3)
        #expect(Set(requests.compactMap { $0.header("Authorization") }).count == 3)
        for request in requests {
            #expect(request.headers.count { $0.name.equalsIgnoringASCIICase("Authorization") } == 1)
            #expect(request.header("User-Agent") == "builderd/test")
            #expect(request.header("X-Amz-Security-Token") == "token1")
            #expect(request.header("Host") == nil && request.header("Content-Length") == nil)
            #expect(request.limits.whole == .seconds(30))
        }
    }

    @Test("the budget stops retries in an outage, and successes fill it again")
    func budget() async throws {
        let stand = ClientStand([.lost(.reset)])
        let client = stand.stepFunctions
        for _ in 0..<40 {
            _ = await awsError { () async throws(AWSError) in try await client.sendTaskHeartbeat(taskToken: "t") }
        }
        // 500 tokens pay 35 retries of 14; first attempts always go.
        #expect(stand.requests.count == 40 + 35)
        stand.answer([done])
        for _ in 0..<4 { try await client.sendTaskHeartbeat(taskToken: "t") }
        stand.forget()
        stand.answer([.lost(.reset), done])
        try await client.sendTaskHeartbeat(taskToken: "t")
        #expect(stand.requests.count == 2, "10 tokens left and 4 successes pay one more retry")
    }

    @Test("a cancelled call ends as cancelled, before it sends and while it is under way")
    func cancellation() async {
        let stand = ClientStand([.lost(.reset)])
        let client = stand.stepFunctions
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await awsError { () async throws(AWSError) in try await client.sendTaskHeartbeat(taskToken: "t") }
        }
        #expect(await task.value?.kind == .cancelled)
        #expect(stand.requests.isEmpty)
        stand.answer([.lost(.cancelled)])
        let error = await awsError { () async throws(AWSError) in try await client.sendTaskHeartbeat(taskToken: "t") }
        #expect(error?.code == .cancelled && stand.requests.count == 1)
    }

    @Test(
        "a call that is cancelled while it waits for its next attempt ends as cancelled, and says what it may have done"
    )
    func cancelledWait() async {
        let stand = ClientStand([.lost(.reset)])
        var environment = stand.environment
        environment.sleep = { _ throws(CancellationError) in throw CancellationError() }
        let client = StepFunctionsClient(stand.configuration(), environment: environment)
        let error = await awsError { () async throws(AWSError) in
            try await client.sendTaskSuccess(taskToken: "t", output: "{}")
        }
        #expect(error?.kind == .cancelled && error?.mayHaveActed == true && error?.attempts == 1)
        #expect(stand.requests.count == 1)
    }
}
