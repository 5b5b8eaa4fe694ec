import AWSClient
import Foundation
import Pipeline
import Stages
import TestSupport
import Testing

/// The real daemon, killed while a real tool is at work for it: the daemon after it goes on with that tool, and what comes out is what one
/// daemon would have brought about.
@Suite(
    .enabled(
        if: BuilderdProcess.executable != nil && EmulatedStage.isReady,
        "BUILDERD_TEST_BUILDERD, BUILDERD_TEST_LOCALSTACK or BUILDERD_TEST_MOTO is not set: run Tests/run"
    )
)
struct ResumedStageTests {
    @Test func `a build goes on without its daemon, and its image is the one that is returned`() async throws {
        let moto = try #require(AWSEmulator.moto)
        let proxy = try HoldingProxy(before: moto) { $0.body.hasPrefix("Action=CreateImage&") ? .hold : .pass }
        var stage = try await EmulatedStage()
        stage.settings.toolEnvironment["PKR_VAR_ec2_endpoint"] = proxy.url
        let section = BakerySection(
            head: stage.head(),
            template: "demo-emulated",
            variables: [:],
            packages: [],
            secrets: []
        )
        let text = try await outcome(of: .bakery, "bakery", section, stage, proxy)
        let output = try JSONDecoder().decode(BakeryOutput.self, from: Data(text.utf8))
        let images = try await EC2Client(stage.aws).describeImages(
            owners: ["self"],
            filters: [EC2Filter("tag:builderd:execution", [stage.execution])]
        )
        #expect(images.map(\.imageID) == [output.imageId])
        #expect(proxy.seen.count { $0.body.hasPrefix("Action=RunInstances&") } == 1)
    }

    @Test func `an apply goes on without its daemon, and nothing is applied twice`() async throws {
        let localStack = try #require(AWSEmulator.localStack)
        let proxy = try HoldingProxy(before: localStack) {
            $0.line.hasPrefix("PUT ") && $0.line.contains(".tfstate?") ? .hold : .pass
        }
        var stage = try await EmulatedStage()
        stage.settings.toolEnvironment["AWS_ENDPOINT_URL_S3"] = proxy.url
        let section = ProvisionSection(head: stage.head(), module: "hello-demo", variables: [:], secrets: [])
        let text = try await outcome(of: .provision, "provision", section, stage, proxy)
        let output = try JSONDecoder().decode(ProvisionOutput.self, from: Data(text.utf8))
        #expect((output.added, output.changed, output.removed) == (4, 0, 0))
        #expect(output.endpoint == "http://127.0.0.1:9/")
        #expect(proxy.seen.count { $0.line.hasPrefix("PUT ") && $0.line.contains(".tfstate?") } == 1)
    }

    @Test func `an apply goes on over a restart on a host that Auto Scaling ends, which is let go when it is over`()
        async throws
    {
        let localStack = try #require(AWSEmulator.localStack)
        let proxy = try HoldingProxy(before: localStack) {
            $0.line.hasPrefix("PUT ") && $0.line.contains(".tfstate?") ? .hold : .pass
        }
        var stage = try await EmulatedStage()
        stage.settings.toolEnvironment["AWS_ENDPOINT_URL_S3"] = proxy.url
        let section = ProvisionSection(head: stage.head(), module: "hello-demo", variables: [:], secrets: [])
        let metadata = try FakeMetadata()
        let scaling = try FakeAutoScaling()
        let state = "/latest/meta-data/autoscaling/target-lifecycle-state"
        metadata.set("/latest/meta-data/instance-id", "i-0123456789abcdef0")
        metadata.set(state, "InService")
        let host = [
            "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url,
            "AWS_ENDPOINT_URL_AUTO_SCALING": scaling.url, "BUILDERD_HOST_AUTO_SCALING_GROUP": "builders",
            "BUILDERD_HOST_LIFECYCLE_HOOK": "drain",
        ]
        let text = try await outcome(of: .provision, "provision", section, stage, proxy, environment: host) { process in
            metadata.set(state, "Terminated")
            try await process.untilLogged("Auto Scaling brings this instance to Terminated: draining")
            process.signal(SIGUSR2)
            #expect(await process.waitForExit() == 0)
            #expect(scaling.calls("CompleteLifecycleAction").isEmpty, "let go with a tool at work")
        } reported: { process in
            try await process.untilLogged("builderd waits for the host's end")
        }
        let output = try JSONDecoder().decode(ProvisionOutput.self, from: Data(text.utf8))
        #expect((output.added, output.changed, output.removed) == (4, 0, 0))
        #expect(proxy.seen.count { $0.line.hasPrefix("PUT ") && $0.line.contains(".tfstate?") } == 1)
        #expect(scaling.calls("CompleteLifecycleAction").count == 1)
    }

    /// Has a daemon work `section`, has `end` end it when the tool's answer is held back (default: kill -9), starts another, lets the tool
    /// go on, and returns what is reported; `reported` sees the daemon then.
    private func outcome(
        of work: Stage,
        _ activity: String,
        _ section: some Encodable & Sendable,
        _ stage: EmulatedStage,
        _ proxy: HoldingProxy,
        environment: [String: String] = [:],
        end: (BuilderdProcess) async throws -> Void = { await $0.killHard() },
        reported: (BuilderdProcess) async throws -> Void = { _ in }
    ) async throws -> String {
        let daemon = try await SecretTests.daemon(of: stage, activity)
        daemon.process.environment["BUILDERD_PATHS_CATALOGUE"] = EmulatedStage.checkout + "/Config/catalogue"
        daemon.process.environment.merge(environment) { $1 }
        let token = try await daemon.schedule(work, section: section, stage)
        try await proxy.untilHeld()
        try await end(daemon.process)
        try daemon.process.start()
        try await daemon.process.untilLogged("tool adopted from an earlier process of builderd")
        proxy.release()
        let ending = try await daemon.ending(of: token)
        try await reported(daemon.process)
        daemon.process.signal(SIGTERM)
        #expect(await daemon.process.waitForExit() == 0)
        #expect(daemon.server.record.violations == [])
        try await daemon.server.shutDown()
        #expect(ending.error == nil, "\(ending.text)\n\(daemon.process.log)")
        return ending.text
    }
}

extension BuilderdProcess {
    /// Returns when `text` is in the log.
    fileprivate func untilLogged(_ text: String) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !log.contains(text) {
            guard ContinuousClock.now < deadline else {
                throw NeverAnswered(description: "“\(text)” was never logged\n\(log)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
