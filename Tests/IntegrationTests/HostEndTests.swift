import Foundation
import TestSupport
import Testing

/// The real daemon on a host that is about to go away.
@Suite(
    .enabled(if: BuilderdProcess.executable != nil, "BUILDERD_TEST_BUILDERD is not set: run Tests/run"),
    .timeLimit(.minutes(5))
)
struct HostEndTests {
    @Test func `a spot notice drains, and what still runs near its end is reported as interrupted before it`()
        async throws
    {
        var options = FakeStepFunctions.Options()
        options.hold = .milliseconds(300)
        let server = try await FakeStepFunctions.start(options)
        let metadata = try FakeMetadata()
        let silent = try SilentPort()
        // Packer may take its time to stop, so that the interruption is long before the end, however slow this machine is.
        let grace = Duration.seconds(600)
        let daemon = try BuilderdProcess(
            configuration: """
                aws: {region: eu-central-1}
                activities: {preProvision: {arn: "\(DaemonProcessTests.activity)"}, bakery: {arn: "\(DaemonProcessTests.activity)-2"}}
                tools: {packer: {graceSeconds: \(grace.components.seconds)}}
                """,
            server: server.url
        )
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
        // 10 s are for cleaning up, 15 s are kept to report, and 12 s are left, more than the 5 s in which the notice is seen.
        let told = ContinuousClock.now
        let left = grace + .seconds(37)
        let time = Date.now.addingTimeInterval(Double(left.components.seconds))
        metadata.set(
            "/latest/meta-data/spot/instance-action",
            #"{"action": "terminate", "time": "\#(time.ISO8601Format())"}"#
        )
        try await daemon.logged("EC2 will terminate this spot instance")
        try await server.wait("the report", limit: .seconds(120)) { $0.task(token)?.ending != nil }
        let reported = try #require(server.record.calls(.sendTaskFailure).last?.at)
        // The notice is cut to whole seconds.
        #expect(reported - told > .seconds(10), "interrupted at once, though there was time")
        #expect(reported < told + left, "reported after the instance was gone")
        try await daemon.logged("builderd waits for the host's end")
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        guard case .failed("Builder.Interrupted", _) = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(daemon.log)")
            return
        }
        try await server.shutDown()
    }

    /// What `builderctl tasks --json` says of a task.
    private struct Listed: Decodable { var task: String }

    private static let complete = "CompleteLifecycleAction"
    private static let heartbeat = "RecordLifecycleActionHeartbeat"
    private static let state = "/latest/meta-data/autoscaling/target-lifecycle-state"

    /// A Step Functions that holds polls for a moment only, so that a drain is short.
    private func stepFunctions() async throws -> FakeStepFunctions {
        var options = FakeStepFunctions.Options()
        options.hold = .milliseconds(300)
        return try await FakeStepFunctions.start(options)
    }

    /// A daemon on an instance of a group with a hook, on which the work of a stage never ends by itself.
    private func daemon(
        _ server: FakeStepFunctions,
        metadata: FakeMetadata,
        autoScaling: String,
        silent: SilentPort
    ) throws -> BuilderdProcess {
        let daemon = try BuilderdProcess(
            configuration: DaemonProcessTests.configuration
                + "\nhost: {autoScalingGroup: builders, lifecycleHook: drain, lifecycleHeartbeatSeconds: 5}",
            server: server.url
        )
        daemon.environment["AWS_EC2_METADATA_DISABLED"] = nil
        daemon.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata.url
        daemon.environment["AWS_ENDPOINT_URL_S3"] = silent.url
        daemon.environment["AWS_ENDPOINT_URL_AUTO_SCALING"] = autoScaling
        metadata.set("/latest/meta-data/instance-id", "i-0123456789abcdef0")
        metadata.set(Self.state, "InService")
        return daemon
    }

    @Test func `at scale-in the host is held while a task runs, and let go once, after the task's report`() async throws
    {
        let server = try await stepFunctions()
        let metadata = try FakeMetadata()
        let scaling = try FakeAutoScaling()
        let silent = try SilentPort()
        let daemon = try daemon(server, metadata: metadata, autoScaling: scaling.url, silent: silent)
        let notified = try NotifySocket(path: daemon.folder.path + "/notify")
        daemon.environment["NOTIFY_SOCKET"] = notified.path
        try daemon.start()
        let token = server.schedule(
            activity: DaemonProcessTests.activity,
            input: DaemonProcessTests.envelope(action: "run"),
            heartbeat: .seconds(120)
        )
        try await server.wait("the stage") { !($0.task(token)?.heartbeats.isEmpty ?? true) }
        metadata.set(Self.state, "Terminated")
        try await daemon.logged("Auto Scaling brings this instance to Terminated: draining")
        // At once, and again after 5 s: the hold is renewed as long as the task runs.
        try await scaling.wait(2, Self.heartbeat)
        #expect(scaling.calls(Self.complete).isEmpty, "let go while a task ran")
        #expect(server.record.task(token)?.ending == nil)
        #expect(await !notified.lines.contains("STOPPING=1"), "systemd would send no SIGTERM at the shutdown")
        let late = server.schedule(
            activity: DaemonProcessTests.activity,
            input: DaemonProcessTests.envelope(action: "ping")
        )
        // The task's work ends: an operator cancels it.
        let tasks = try await daemon.ctl("tasks", "--json")
        let task = try #require(try JSONDecoder().decode([Listed].self, from: Data(tasks.output.utf8)).first)
        #expect(try await daemon.ctl("task", "cancel", "--yes", task.task).status == 0)
        try await daemon.logged("builderd waits for the host's end")
        let ended = try #require(server.record.calls(.sendTaskFailure).last?.at)
        let completed = scaling.calls(Self.complete)
        #expect(completed.count == 1)
        #expect(completed[0].at > ended, "let go before the report")
        #expect(
            completed[0].form == [
                "Action": Self.complete, "Version": "2011-01-01", "AutoScalingGroupName": "builders",
                "LifecycleHookName": "drain", "InstanceId": "i-0123456789abcdef0", "LifecycleActionResult": "CONTINUE",
            ]
        )
        #expect(scaling.violations == [])
        #expect(server.record.task(late)?.handedOut == nil, "a host that is going took another task")
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        try await notified.wait { lines in lines.contains("STOPPING=1") }
        #expect(scaling.calls(Self.complete).count == 1)
        try await server.shutDown()
    }

    @Test func `a start on a host that is going goes on with its tasks, polls for none, and lets the host go`()
        async throws
    {
        let server = try await stepFunctions()
        let metadata = try FakeMetadata()
        let scaling = try FakeAutoScaling()
        let silent = try SilentPort()
        let daemon = try daemon(server, metadata: metadata, autoScaling: scaling.url, silent: silent)
        try daemon.start()
        let token = server.schedule(
            activity: DaemonProcessTests.activity,
            input: DaemonProcessTests.envelope(action: "run"),
            heartbeat: .seconds(120)
        )
        try await server.wait("the stage") { !($0.task(token)?.heartbeats.isEmpty ?? true) }
        await daemon.killHard()
        metadata.set(Self.state, "Terminated")
        let polls = server.record.calls(.getActivityTask).count
        let before = server.record.task(token)?.heartbeats.count ?? 0
        let late = server.schedule(
            activity: DaemonProcessTests.activity,
            input: DaemonProcessTests.envelope(action: "ping")
        )
        try daemon.start()
        try await server.wait("a heartbeat of the next start") { ($0.task(token)?.heartbeats.count ?? 0) > before }
        try await scaling.wait(1, Self.heartbeat)
        #expect(scaling.calls(Self.complete).isEmpty, "let go while a task ran")
        daemon.signal(SIGTERM)
        try await daemon.logged("draining already")
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        guard case .failed("Builder.Interrupted", _) = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(daemon.log)")
            return
        }
        #expect(scaling.calls(Self.complete).count == 1 && scaling.violations == [])
        #expect(server.record.calls(.getActivityTask).count == polls, "it polled")
        #expect(server.record.task(late)?.handedOut == nil)
        try await server.shutDown()
    }

    @Test func `a refused completion is said with the permission that is missing, and the daemon goes on`() async throws
    {
        let server = try await stepFunctions()
        let metadata = try FakeMetadata()
        let scaling = try FakeAutoScaling(.denied)
        let silent = try SilentPort()
        let daemon = try daemon(server, metadata: metadata, autoScaling: scaling.url, silent: silent)
        metadata.set(Self.state, "Terminated")
        try daemon.start()
        try await daemon.logged("builderd waits for the host's end")
        #expect(daemon.log.contains("allow the builder's role autoscaling:CompleteLifecycleAction"), "\(daemon.log)")
        #expect(scaling.calls(Self.complete).count == 1)
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        try await server.shutDown()
    }

    @Test
    func `that Auto Scaling does not hold the host at the hook is said while a task runs`() async throws {
        let server = try await stepFunctions()
        let metadata = try FakeMetadata()
        let scaling = try FakeAutoScaling(.nothingHeld)
        let silent = try SilentPort()
        let daemon = try daemon(server, metadata: metadata, autoScaling: scaling.url, silent: silent)
        try daemon.start()
        let token = server.schedule(
            activity: DaemonProcessTests.activity,
            input: DaemonProcessTests.envelope(action: "run"),
            heartbeat: .seconds(120)
        )
        try await server.wait("the stage") { !($0.task(token)?.heartbeats.isEmpty ?? true) }
        metadata.set(Self.state, "Terminated")
        try await scaling.wait(6, Self.heartbeat, within: .seconds(90))
        try await daemon.logged("host.lifecycleHook or host.autoScalingGroup may be wrong")
        #expect(server.record.task(token)?.ending == nil)
        #expect(scaling.calls(Self.complete).isEmpty && scaling.violations == [])
        await daemon.killHard()
        try await server.shutDown()
    }

    @Test func `an Auto Scaling that never answers holds the daemon up for a minute at most`() async throws {
        let server = try await stepFunctions()
        let metadata = try FakeMetadata()
        let silent = try SilentPort()
        let daemon = try daemon(server, metadata: metadata, autoScaling: silent.url, silent: silent)
        metadata.set(Self.state, "Terminated")
        try daemon.start()
        try await daemon.logged("draining")
        daemon.signal(SIGTERM)
        // Without an end of the tries the suite's time limit fails this.
        #expect(await daemon.waitForExit() == 0)
        #expect(daemon.log.contains("could not be completed"), "\(daemon.log)")
        try await server.shutDown()
    }
}
