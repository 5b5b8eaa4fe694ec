import Foundation
import TestSupport
import Testing

/// A spot instance is gone two minutes after its notice, whatever a tool's grace is; one that Auto Scaling holds lives as long as its tasks.
@Suite(.timeLimit(.minutes(5)))
struct HostEndTests {
    private static let activity = "arn:aws:states:eu-central-1:123456789012:activity:host-end"

    @Test(arguments: [["restart"], ["restart", "stop"]])
    func `a restart on a host that is held leaves a running tool to the next start, unless a stop overtakes it`(
        wishes: [String]
    ) async throws {
        var options = FakeStepFunctions.Options()
        options.hold = .milliseconds(200)
        let server = try await FakeStepFunctions.start(options)
        let process = try DurableProcess(server: server.url, activity: Self.activity)
        let token = server.schedule(
            activity: Self.activity,
            input: TaskInput(
                execution: "held",
                heartbeatMilliseconds: 300_000,
                rounds: 1,
                script: "touch \"$E/begun\"; while [ ! -e \"$E/go\" ]; do sleep 0.05; done"
            ).text,
            heartbeat: .seconds(300)
        )
        try process.start(wishes: wishes)
        try await wait("the tool") { process.names("evidence").contains("begun") }
        let file = try process.folder.write("host-ends.new", "held")
        try FileManager.default.moveItem(atPath: file, toPath: process.folder.path + "/host-ends")
        try await wait("the drain") { process.log.contains("the host ends: draining") }
        process.signal(SIGTERM)
        if wishes.count == 1 {
            #expect(try await process.ended() == 0)
            #expect(!process.supervisors().isEmpty, "the tool did not run on")
            #expect(server.record.task(token)?.ending == nil)
            try process.start()
            try await wait("the adoption") { process.log.contains("tool adopted") }
        } else {
            try await wait("the stop") { process.log.contains("a stop has overtaken the restart") }
            #expect(process.isRunning)
        }
        try process.folder.write("evidence/go", "")
        try await server.wait("the report", limit: .seconds(60)) { $0.task(token)?.ending != nil }
        guard case .succeeded = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(process.log)")
            return
        }
        #expect(try await process.ended() == 0)
        #expect(process.evidence("runs-held.0.build") == ["start", "end"])
        try await server.shutDown()
    }

    @Test
    func
        `a notice that the host is held, in the middle of a hand-over, does not keep the restart waiting for the tool`()
        async throws
    {
        var options = FakeStepFunctions.Options()
        // The hand-over waits for an open poll, which only a task ends here.
        options.hold = .seconds(600)
        let server = try await FakeStepFunctions.start(options)
        let process = try DurableProcess(server: server.url, activity: Self.activity, slots: 2)
        func schedule(_ name: String) -> String {
            server.schedule(
                activity: Self.activity,
                input: TaskInput(
                    execution: name,
                    heartbeatMilliseconds: 300_000,
                    rounds: 1,
                    script: "touch \"$E/begun\"; while [ ! -e \"$E/go\" ]; do sleep 0.05; done"
                ).text,
                heartbeat: .seconds(300)
            )
        }
        let token = schedule("early")
        try process.start(wishes: ["restart"])
        try await wait("the tool") { process.names("evidence").contains("begun") }
        try await server.wait("the other slot's poll") { $0.calls(.getActivityTask).count == 2 }
        process.signal(SIGTERM)
        try await wait("the hand-over") { process.log.contains("handing over to the next start") }
        let file = try process.folder.write("host-ends.new", "held")
        try FileManager.default.moveItem(atPath: file, toPath: process.folder.path + "/host-ends")
        try await wait("the notice") { process.log.contains("the host ends: the next start drains") }
        let late = schedule("late")
        #expect(try await process.ended() == 0)
        #expect(!process.supervisors().isEmpty, "the tool did not run on")
        #expect(server.record.task(token)?.ending == nil && server.record.task(late)?.ending == nil)
        try process.start()
        try await wait("the adoption") { process.log.contains("tool adopted") }
        try process.folder.write("evidence/go", "")
        try await server.wait("the reports", limit: .seconds(60)) {
            $0.task(token)?.ending != nil && $0.task(late)?.ending != nil
        }
        for one in [token, late] {
            guard case .succeeded = server.record.task(one)?.ending else {
                Issue.record("ended as \(String(describing: server.record.task(one)?.ending))\n\(process.log)")
                return
            }
        }
        #expect(try await process.ended() == 0)
        #expect(process.evidence("runs-early.0.build") == ["start", "end"])
        try await server.shutDown()
    }

    @Test func `a deaf tool with a longer grace than the host has left is killed in time, and its task reported`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let process = try DurableProcess(server: server.url, activity: Self.activity, graceMilliseconds: 120_000)
        let token = server.schedule(
            activity: Self.activity,
            input: TaskInput(
                execution: "spot",
                heartbeatMilliseconds: 300_000,
                rounds: 1,
                isDeaf: true,
                script: "touch \"$E/deaf\"; while true; do sleep 0.1; done"
            ).text,
            heartbeat: .seconds(300)
        )
        try process.start()
        try await wait("the tool") { process.names("evidence").contains("deaf") }
        // 15 s are the report's, so the tool has 12, which is longer than an interrupted worker tries to report.
        let end = ContinuousClock.now + .seconds(27)
        let file = try process.folder.write("host-ends.new", "27")
        try FileManager.default.moveItem(atPath: file, toPath: process.folder.path + "/host-ends")
        try await server.wait("the report", limit: .seconds(60)) { $0.task(token)?.ending != nil }
        #expect(ContinuousClock.now < end)
        guard case .failed(let error, _) = server.record.task(token)?.ending, error == "Builder.Interrupted" else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(process.log)")
            return
        }
        #expect(process.isGone("spot.build"))
        #expect(try await process.ended() == 0)
        try await server.shutDown()
    }
}
