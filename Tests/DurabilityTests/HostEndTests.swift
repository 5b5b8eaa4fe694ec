import Foundation
import TestSupport
import Testing

/// A spot instance is gone two minutes after its notice, whatever a tool's grace is.
@Suite(.timeLimit(.minutes(5)))
struct HostEndTests {
    private static let activity = "arn:aws:states:eu-central-1:123456789012:activity:host-end"

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
