import Foundation
import TestSupport
import Testing

/// The real daemon on a host that is about to go away.
@Suite(.enabled(if: BuilderdProcess.executable != nil, "BUILDERD_TEST_BUILDERD is not set: run Tests/run"))
struct HostEndTests {
    @Test func `a spot notice drains, and what still runs near its end is reported as interrupted before it`()
        async throws
    {
        var options = FakeStepFunctions.Options()
        options.hold = .milliseconds(300)
        let server = try await FakeStepFunctions.start(options)
        let metadata = try FakeMetadata()
        let silent = try SilentPort()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        daemon.environment["AWS_EC2_METADATA_DISABLED"] = nil
        daemon.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata.url
        daemon.environment["AWS_ENDPOINT_URL_S3"] = silent.url
        try daemon.start()
        let token = server.schedule(
            activity: DaemonProcessTests.activity,
            input: DaemonProcessTests.envelope(action: "run"),
            heartbeat: .seconds(120)
        )
        try await server.wait("the stage") { !($0.task(token)?.heartbeats.isEmpty ?? true) }
        // Pre Provision needs 10 s to stop, and 15 s are kept to report.
        let time = Date.now.addingTimeInterval(34)
        metadata.set(
            "/latest/meta-data/spot/instance-action",
            #"{"action": "terminate", "time": "\#(time.ISO8601Format())"}"#
        )
        try await daemon.logged("EC2 will terminate this spot instance")
        #expect(server.record.task(token)?.ending == nil, "interrupted at once, though there was time")
        try await server.wait("the report", limit: .seconds(60)) { $0.task(token)?.ending != nil }
        #expect(Date.now < time, "reported after the instance was gone")
        #expect(await daemon.waitForExit() == 0)
        guard case .failed("Builder.Interrupted", _) = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(daemon.log)")
            return
        }
        try await server.shutDown()
    }
}
