import ActivityWorker
import Testing

@Suite("Lease arithmetic")
struct LeaseTests {
    private let start = BootInstant(sinceBoot: .seconds(1000))

    private func lease(
        heartbeat: Int = 300,
        timeout: Int = 7200,
        enteredAgo: Int = 0,
        attempt: Int = 0,
        budget: Int = 60
    ) -> Lease {
        let wall: Int64 = 1_800_000_000_000
        return Lease(
            header: header(
                heartbeat: .seconds(heartbeat),
                timeout: .seconds(timeout),
                enteredMilliseconds: wall - Int64(enteredAgo) * 1000,
                attempt: attempt
            ),
            received: start,
            wallMilliseconds: wall,
            stopBudget: .seconds(budget)
        )
    }

    @Test func `the deadline is the heartbeat's end less the stop budget`() {
        #expect(lease().deadline == start + .seconds(240))
    }

    @Test func `an acknowledged heartbeat moves the deadline from its send time`() {
        var lease = lease()
        lease.acknowledge(sent: start + .seconds(100))
        #expect(lease.deadline == start + .seconds(340))
    }

    @Test func `an older acknowledgement takes nothing back`() {
        var lease = lease()
        lease.acknowledge(sent: start + .seconds(100))
        lease.acknowledge(sent: start + .seconds(50))
        #expect(lease.acknowledged == start + .seconds(100))
    }

    @Test func `the state's timeout bounds the deadline, counted from the entered time`() {
        var lease = lease(timeout: 600, enteredAgo: 100)
        lease.acknowledge(sent: start + .seconds(450))
        #expect(lease.deadline == start + .seconds(500 - 60))
        #expect(lease.expiry(at: start + .seconds(439)) == nil)
        #expect(lease.expiry(at: start + .seconds(440)) == .limit)
    }

    @Test func `a lease without acknowledgement ends by its heartbeat`() {
        let lease = lease()
        #expect(lease.expiry(at: start + .seconds(239)) == nil)
        #expect(lease.expiry(at: start + .seconds(240)) == .heartbeat)
    }

    @Test(arguments: [(0, 7300), (1, 100), (3, 7300)])
    func `a retry, and an entered time that cannot be, count the timeout from the token`(attempt: Int, enteredAgo: Int)
    {
        let lease = lease(enteredAgo: enteredAgo, attempt: attempt)
        #expect(lease.limit == start + .seconds(7200))
    }

    @Test func `an entered time in the future counts as now`() {
        #expect(lease(enteredAgo: -500).limit == start + .seconds(7200))
    }

    @Test(arguments: [(300, 20.0), (60, 20.0), (45, 15.0), (120, 20.0)])
    func `heartbeats are due every min(20 s, heartbeatSeconds/3)`(heartbeat: Int, interval: Double) {
        #expect(lease(heartbeat: heartbeat).interval == .seconds(interval))
        #expect(lease(heartbeat: heartbeat).nextHeartbeat == start + .seconds(interval))
    }

    @Test func `heartbeatSeconds without room to stop in is refused with both numbers`() throws {
        let short = header(heartbeat: .seconds(119))
        let failure = try #require(Lease.refusal(of: short, stopBudget: .seconds(60), margin: .seconds(60)))
        #expect(failure.error == "Builder.InputInvalid")
        #expect(failure.message.contains("119") && failure.message.contains("120"))
        #expect(
            Lease.refusal(of: header(heartbeat: .seconds(120)), stopBudget: .seconds(60), margin: .seconds(60)) == nil
        )
    }
}
