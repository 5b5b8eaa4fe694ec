import CurlTransport
import FoundationEssentials
import Testing

@testable import AWSClient

@Suite struct ClockCorrectionTests {
    /// The stand's clock says Fri, 15 Jan 2027 08:00:00 GMT.
    private let now = HTTPField("Date", "Fri, 15 Jan 2027 08:00:00 GMT")
    private let tenMinutesOn = HTTPField("Date", "Fri, 15 Jan 2027 08:10:00 GMT")

    @Test(
        "a request refused for its date is signed again by the service's clock",
        arguments: [
            "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "RequestTimeTooSkewed",
            "AccessDeniedException",
        ]
    )
    func corrected(code: String) async throws {
        let stand = ClientStand([.error(code, status: 403, [tenMinutesOn]), .json("{}", [tenMinutesOn])])
        try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        #expect(stand.requests.compactMap { $0.header("X-Amz-Date") } == ["20270115T080000Z", "20270115T081000Z"])
    }

    @Test("an error that a right clock gets too is what it says, at once")
    func notSkewed() async {
        let stand = ClientStand([.error("SignatureDoesNotMatch", status: 403, [now])])
        let error = await awsError { () async throws(AWSError) in
            try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        }
        #expect(error?.kind == .accessDenied && stand.requests.count == 1)
    }

    @Test("when correcting does not help, the error is what it says")
    func correctionInVain() async {
        let stand = ClientStand([.error("SignatureDoesNotMatch", status: 403, [tenMinutesOn])])
        let error = await awsError { () async throws(AWSError) in
            try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        }
        #expect(error?.kind == .accessDenied && stand.requests.count == 2)
    }

    @Test("an answer from a cache, or without a date, teaches nothing")
    func cachedAnswer() async {
        for headers in [[tenMinutesOn, HTTPField("Age", "600")], [HTTPField("Date", "yesterday")], []] {
            let stand = ClientStand([.error("RequestTimeTooSkewed", status: 403, headers)])
            let error = await awsError { () async throws(AWSError) in
                try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
            }
            #expect(error?.kind == .accessDenied && stand.requests.count == 1)
        }
    }

    @Test("a poll that was held says nothing about the clock")
    func heldPoll() async throws {
        let stand = ClientStand([.json("{}", [tenMinutesOn])])
        let client = stand.stepFunctions
        #expect(try await client.getActivityTask(activityARN: "a", workerName: "w") == nil)
        stand.answer([.json("{}")])
        try await client.sendTaskHeartbeat(taskToken: "t")
        #expect(stand.requests.last?.header("X-Amz-Date") == "20270115T080000Z")
    }

    @Test("a poll refused at once corrects the clock for the next poll, but is not tried again by the client")
    func refusedPoll() async throws {
        let stand = ClientStand([.error("InvalidSignatureException", status: 400, [tenMinutesOn]), .json("{}")])
        let client = stand.stepFunctions
        let error = await awsError { () async throws(AWSError) in
            _ = try await client.getActivityTask(activityARN: "a", workerName: "w")
        }
        #expect(error?.kind == .transient && stand.requests.count == 1)
        #expect(try await client.getActivityTask(activityARN: "a", workerName: "w") == nil)
        #expect(stand.requests.last?.header("X-Amz-Date") == "20270115T081000Z")
    }

    @Test("the middle of the exchange is what the service's date is held against")
    func midpoint() {
        var clock = ClockCorrection()
        let sent = Date(timeIntervalSince1970: 1000)
        clock.observe(Date(timeIntervalSince1970: 1305), sent: sent, received: sent.addingTimeInterval(10))
        #expect(clock.offset == 300)
        #expect(clock.differs(from: 0) && !clock.differs(from: 60))
        #expect(clock.corrected(sent) == Date(timeIntervalSince1970: 1300))
    }
}
