import CurlTransport
import Testing

@testable import AWSClient

@Suite struct RetryRulesTests {
    @Test("delays double from their base and never pass 20 s")
    func delays() {
        func longest(_ attempt: Int, _ throttling: Bool) -> Duration {
            RetryRules.delay(after: attempt, isThrottling: throttling, random: 1, retryAfter: nil)
        }
        #expect((1...4).map { longest($0, false) } == [50, 100, 200, 400].map { .milliseconds($0) })
        #expect((1...7).map { longest($0, true) } == [1, 2, 4, 8, 16, 20, 20].map { .seconds($0) })
        #expect(longest(1_000_000, true) == .seconds(20))
        #expect(RetryRules.delay(after: 3, isThrottling: true, random: 0, retryAfter: nil) == .zero)
    }

    @Test(
        "x-amz-retry-after is brought into delay … delay + 5 s, and nonsense is ignored",
        arguments: [
            ("500", 500), ("10", 25), ("0", 25), ("5025", 5025), ("5026", 5025), ("99999999999999999999999", 5025),
            ("-1", 25), ("1.5", 25), ("", 25), ("soon", 25), (" 500", 25), ("1e3", 25),
        ]
    )
    func retryAfter(text: String, milliseconds: Int) {
        let delay = RetryRules.delay(after: 1, isThrottling: false, random: 0.5, retryAfter: text)
        #expect(delay == .milliseconds(milliseconds))
    }

    @Test("the client waits as long as the answer asks")
    func retryAfterIsUsed() async throws {
        let stand = ClientStand([.error("X", status: 503, [.init("x-amz-retry-after", "1234")]), .json("{}")])
        try await stand.stepFunctions.sendTaskHeartbeat(taskToken: "t")
        #expect(stand.waits == [.milliseconds(1234)])
    }

    @Test("the budget never holds more than its capacity, and gives no more than it holds")
    func budget() {
        var budget = RetryBudget()
        budget.succeeded(lastCost: nil)
        #expect(budget.tokens == 500)
        #expect(budget.take(14) && budget.take(5))
        #expect(budget.tokens == 481)
        budget.succeeded(lastCost: 14)
        #expect(budget.tokens == 495)
        while budget.take(14) {}
        #expect(budget.tokens == 5 && !budget.take(14) && budget.take(5) && budget.tokens == 0)
        budget.succeeded(lastCost: nil)
        #expect(budget.tokens == 1)
    }
}
