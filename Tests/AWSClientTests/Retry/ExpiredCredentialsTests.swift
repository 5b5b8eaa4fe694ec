import Testing

@testable import AWSClient

@Suite struct ExpiredCredentialsTests {
    @Test(
        "expired credentials are given back and the call is signed again with others",
        arguments: ["ExpiredToken", "ExpiredTokenException"]
    )
    func refreshed(code: String) async throws {
        let stand = ClientStand([.error(code), .json("{}")], credentials: [.test("1"), .test("2")])
        try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        #expect(stand.invalidated == [.test("1")])
        #expect(stand.requests.compactMap { $0.header("X-Amz-Security-Token") } == ["token1", "token2"])
        #expect(stand.waits.isEmpty)
    }

    @Test("a poll is signed again too: the service has refused it, so no task can be lost")
    func poll() async throws {
        let answers = [ClientStand.Answer.error("ExpiredTokenException"), .json(#"{"taskToken":"t","input":"{}"}"#)]
        let stand = ClientStand(answers, credentials: [.test("1"), .test("2")])
        let task = try await stand.stepFunctions.getActivityTask(activityARN: "a", workerName: "w")
        #expect(task == ActivityTask(taskToken: "t", input: "{}"))
    }

    @Test("only once")
    func once() async {
        let stand = ClientStand([.error("ExpiredToken")], credentials: [.test("1"), .test("2"), .test("3")])
        let error = await awsError { () async throws(AWSError) in
            try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        }
        #expect(error?.code == "ExpiredToken" && error?.kind == .accessDenied)
        #expect(stand.requests.count == 2 && stand.invalidated.count == 1)
    }

    @Test("when no others can be had, the service is not asked again with the same")
    func same() async {
        let stand = ClientStand([.error("ExpiredToken")], credentials: [.test("1")])
        let error = await awsError { () async throws(AWSError) in
            try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        }
        #expect(error?.code == "ExpiredToken" && stand.requests.count == 1)
    }
}
