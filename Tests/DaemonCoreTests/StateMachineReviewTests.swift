import AWSClient
import CurlTransport
import Foundation
import Pipeline
import Testing

@testable import DaemonCore

@Suite struct StateMachineReviewTests {
    private static let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config/platform/release.asl.json")

    private let activities = Dictionary(
        uniqueKeysWithValues: Stage.allCases.map { stage in
            let name = stage.stateName.replacing(" ", with: "") + "Activity"
            return (stage, "${" + name + "}")
        }
    )
    private let budgets: [Stage: Duration] = [
        .preProvision: .seconds(10), .bakery: .seconds(210), .provision: .seconds(310), .validation: .seconds(25),
        .postProvision: .seconds(10),
    ]

    private func review(_ change: (String) -> String = { $0 }) throws -> [Finding] {
        let text = try String(contentsOf: Self.shipped, encoding: .utf8)
        let changed = change(text)
        return StateMachineReview(definition: changed, activities: activities, stopBudgets: budgets).findings()
    }

    @Test func `the shipped definition fits the shipped configuration`() throws {
        let findings = try review()
        #expect(findings.map(\.level) == [.ok], "\(findings)")
    }

    @Test(arguments: [
        (#""HeartbeatSeconds": 300,"#, #""HeartbeatSeconds": 269,"#, "is under 270"),
        (#""HeartbeatSeconds": 300,"#, "", "it has no HeartbeatSeconds"),
        (#""HeartbeatSeconds": 300,"#, #""HeartbeatSeconds": 7200,"#, "not under TimeoutSeconds"),
        (#""timeoutSeconds": 900"#, #""timeoutSeconds": 800"#, "TimeoutSeconds is 900, and the envelope says 800"),
        (#""Builder.Interrupted","#, "", "does not retry Builder.Interrupted"),
        (
            #""Builder.ToolLost","#, #""Builder.ToolLost", "Builder.Cancelled","#,
            "a task that an operator cancels comes back"
        ),
        (#"${BakeryActivity}"#, "arn:another", "no state uses the activity of bakery"),
    ])
    func `what does not fit is found, with its state and what to do`(old: String, new: String, problem: String) throws {
        let findings = try review { text in
            guard let range = text.range(of: old) else { return text }
            return text.replacingCharacters(in: range, with: new)
        }
        #expect(findings.contains { $0.message.contains(problem) && $0.fix != nil && $0.level != .ok }, "\(findings)")
    }

    @Test func `what is no definition is a failure`() {
        let review = StateMachineReview(definition: "{", activities: activities, stopBudgets: budgets)
        #expect(review.findings().map(\.level) == [.failure])
    }

    @Test(arguments: [
        (AWSError.Kind.accessDenied, true), (.rejected, true), (.transient, false), (.throttling, false),
    ])
    func `only a refusal by STS is taken for credentials that are not accepted`(kind: AWSError.Kind, isRefusal: Bool) {
        let error = AWSError(code: "X", kind: kind, message: "no answer", operation: "sts.GetCallerIdentity")
        let finding = IdentityChecks.unanswered(error)
        #expect(finding.level == .failure)
        #expect((finding.fix?.contains("renew") ?? false) == isRefusal, "\(finding)")
        #expect((finding.fix?.contains("endpoint sts") ?? false) == !isRefusal, "\(finding)")
    }

    @Test(arguments: [
        (["10.0.0.7", "10.0.1.7"], true), (["10.0.0.7", "52.94.1.2"], false), (["52.94.1.2"], false), ([], false),
        (["fd00::1"], true), (["2600::1"], false), (["172.31.0.1"], true), (["172.32.0.1"], false),
        (["127.0.0.1"], false),
        (["100.64.1.1"], true),
    ])
    func `an endpoint whose name has private addresses only is a VPC endpoint's`(addresses: [String], isPrivate: Bool)
        async throws
    {
        let transport = try CurlTransport()
        let surroundings = AWSEnvironment(variables: [:])
        let checks = NetworkChecks(
            transport: transport,
            endpoints: try EndpointResolver(settings: EndpointSettings(), environment: surroundings),
            region: "eu-central-1",
            services: [],
            metadata: InstanceMetadata(transport: transport, environment: surroundings),
            addresses: { host in host == "states.eu-central-1.amazonaws.com" || host == "::1" ? addresses : [] }
        )
        #expect(await checks.isPrivate("https://states.eu-central-1.amazonaws.com") == isPrivate)
        #expect(await checks.isPrivate("https://states.eu-central-1.amazonaws.com:8443/path") == isPrivate)
        #expect(await checks.isPrivate("https://[::1]:8443") == isPrivate)
        await transport.shutdown()
    }

    @Test func `the system's resolver is asked`() async {
        #expect(await HostAddresses.of("127.0.0.1") == ["127.0.0.1"])
    }

    @Test(arguments: [
        ([0.4], Finding.Level.ok), ([-29.0, 29.5], .ok), ([90, 100], .warning), ([-300, -250], .failure),
        ([], .warning),
        ([300, 1], .ok),
    ])
    func `a clock is judged by the nearest answer`(skews: [Double], level: Finding.Level) {
        #expect(NetworkChecks.clock(skews).level == level)
    }
}
