import Foundation
import TestSupport
import Testing

/// The real executable when its health socket dies by itself.
@Suite(
    .enabled(
        if: BuilderdProcess.executable != nil && BuilderdProcess.python != nil,
        "BUILDERD_TEST_BUILDERD or BUILDERD_TEST_PYTHON is not set: run Tests/run"
    )
)
struct HealthLossTests {
    @Test func `a daemon whose health socket dies drains, says what to do and fails`() async throws {
        let server = try await FakeStepFunctions.start()
        let silent = try SilentPort()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        // Its listener works until the first client comes, and then closes on an error that it cannot go on from.
        daemon.launcher = [
            try #require(BuilderdProcess.python), EmulatedStage.checkout + "/Tests/Python/refuse_accept.py",
        ]
        // Holds the task in its first step until a signal interrupts it.
        daemon.environment["AWS_ENDPOINT_URL_S3"] = silent.url
        try daemon.start()
        let token = server.schedule(
            activity: DaemonProcessTests.activity,
            input: DaemonProcessTests.envelope(action: "run"),
            heartbeat: .seconds(120)
        )
        try await server.wait("the first heartbeat") { !($0.task(token)?.heartbeats.isEmpty ?? true) }
        await #expect(throws: (any Error).self) { try await daemon.get("/livez") }
        try await daemon.logged("the health socket has closed")
        // No new poll comes, and the one that was open ends.
        try await server.wait("the end of polling") { $0.openPolls == 0 }
        #expect(server.record.task(token)?.ending == nil, "the task was not waited for")
        #expect(!FileManager.default.fileExists(atPath: daemon.folder.path + "/health.sock"))
        // The first signal asks for the drain that goes on already, the second interrupts.
        daemon.signal(SIGTERM)
        try await daemon.logged("a second signal interrupts")
        #expect(server.record.task(token)?.ending == nil, "the first signal interrupted the task")
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 1, "\(daemon.log)")
        guard case .failed("Builder.Interrupted", _) = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(daemon.log)")
            return
        }
        let last = daemon.log.split(separator: "\n").last ?? ""
        #expect(last.contains("health socket") && last.contains("restart the service"), "\(daemon.log)")
        try await server.shutDown()
    }
}
