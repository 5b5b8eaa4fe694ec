import ActivityWorker
import Testing

@Suite("Back-off")
struct BackoffTests {
    private func delays(_ kind: ActivityServiceError.Kind, _ count: Int, random: Double = 0.5) -> [Duration] {
        var backoff = PollBackoff()
        return (0..<count).map { _ in backoff.delay(after: kind, random: random) }
    }

    @Test func `transient poll errors wait 200 ms doubled to 10 s`() {
        #expect(
            delays(.transient, 8) == [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000].map { .milliseconds($0) }
        )
    }

    @Test func `throttled polls wait from 1 s to 10 s`() {
        #expect(delays(.throttled, 6) == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
    }

    @Test(arguments: [ActivityServiceError.Kind.denied, .activityDoesNotExist, .refused])
    func `what needs a person waits from 10 s to 30 s`(kind: ActivityServiceError.Kind) {
        #expect(delays(kind, 4) == [10, 20, 30, 30].map { .seconds($0) })
    }

    @Test(arguments: [0.0, 0.25, 0.5, 0.999_999])
    func `jitter stays within a fifth and never passes the cap`(random: Double) {
        for kind in [ActivityServiceError.Kind.transient, .throttled, .denied] {
            for (jittered, plain) in zip(delays(kind, 200, random: random), delays(kind, 200)) {
                #expect(jittered >= plain * 0.8 - .milliseconds(1) && jittered <= plain * 1.2 + .milliseconds(1))
                #expect(jittered <= (kind == .denied ? .seconds(30) : .seconds(10)))
            }
        }
    }

    @Test func `another kind of error starts again, and a good poll resets`() {
        var backoff = PollBackoff()
        for _ in 0..<5 { _ = backoff.delay(after: .transient, random: 0.5) }
        #expect(backoff.delay(after: .throttled, random: 0.5) == .seconds(1))
        #expect(backoff.delay(after: .transient, random: 0.5) == .milliseconds(200))
        #expect(backoff.delay(afterAnswerIn: .seconds(60), brought: false, random: 0.5) == .zero)
        #expect(backoff.delay(after: .transient, random: 0.5) == .milliseconds(200))
    }

    @Test func `an endpoint that does not hold polls is not asked in a tight loop`() {
        var backoff = PollBackoff()
        #expect(backoff.delay(afterAnswerIn: .milliseconds(1), brought: true, random: 0.5) == .zero)
        #expect(backoff.delay(afterAnswerIn: .milliseconds(1), brought: false, random: 0.5) == .milliseconds(200))
        #expect(backoff.delay(afterAnswerIn: .milliseconds(1), brought: false, random: 0.5) == .milliseconds(400))
    }
}
