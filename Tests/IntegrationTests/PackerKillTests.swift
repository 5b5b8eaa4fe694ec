import AWSClient
import ActivityWorker
import Foundation
import Pipeline
import Stages
import Synchronization
import TestSupport
import Testing

/// The real Packer, killed in the middle of a build against moto, and what Bakery then removes.
@Suite(
    .enabled(if: EmulatedStage.isReady, "BUILDERD_TEST_LOCALSTACK or BUILDERD_TEST_MOTO is not set: run Tests/run")
)
struct PackerKillTests {
    /// Calls that Packer is killed after, when EC2 has done them and Packer has not heard of it. The number tells calls of one name apart.
    static let calls: [(String, Int)] = [
        ("CreateKeyPair", 1), ("CreateSecurityGroup", 1), ("AuthorizeSecurityGroupIngress", 1), ("RunInstances", 1),
        ("DescribeInstances", 2), ("StopInstances", 1), ("CreateImage", 1), ("CreateTags", 1), ("CreateTags", 2),
        ("TerminateInstances", 1), ("DeleteSecurityGroup", 1), ("DeleteKeyPair", 1),
    ]

    @Test(arguments: calls)
    func `nothing of a build that was killed is left, whatever it had done`(action: String, number: Int) async throws {
        let moto = try #require(AWSEmulator.moto)
        let count = Mutex(0)
        let counter = Counter(count: count)
        let proxy = try HoldingProxy(before: moto) { request in
            request.body.hasPrefix("Action=\(action)&") && counter.next() == number ? .hold : .pass
        }
        var stage = try await EmulatedStage()
        stage.settings.toolEnvironment["PKR_VAR_ec2_endpoint"] = proxy.url
        let section = BakerySection(
            head: stage.head(),
            template: "demo-emulated",
            variables: [:],
            packages: [],
            secrets: []
        )
        let context = try await stage.context(of: .bakery, section: section)
        let bakery = BakeryStage(environment: stage.environment)
        let failure = try await ToolKill.failure(of: "packer-build", in: context, when: { try await proxy.untilHeld() })
        {
            _ = try await bakery.run(context)
        }
        #expect(failure.error == "Builder.ToolLost")
        let before = try await Remains(of: context, stage, proxy)
        #expect(!before.isEmpty || action == "DeleteKeyPair", "\(before)")
        await bakery.cleanUp(context)
        let after = try await Remains(of: context, stage, proxy)
        #expect(after.isEmpty, "\(after)")
    }

    /// A number for each call that matches.
    private final class Counter: Sendable {
        private let count: Mutex<Int>
        init(count: consuming Mutex<Int>) { self.count = count }
        func next() -> Int {
            count.withLock {
                $0 += 1
                return $0
            }
        }
    }

    /// What is in the account of one task's build.
    private struct Remains: CustomStringConvertible {
        var description = ""
        var isEmpty: Bool { description.isEmpty }

        init(of context: TaskContext, _ stage: EmulatedStage, _ proxy: HoldingProxy) async throws {
            let ec2 = EC2Client(stage.aws)
            let tag = EC2Filter("tag:builderd:task", [context.id])
            let instances = try await ec2.describeInstances(filters: [tag])
            for instance in instances where instance.state != "terminated" {
                description += "\(instance.instanceID) is \(instance.state); "
            }
            let keys = try await ec2.describeKeyPairs(filters: [EC2Filter("key-name", ["packer_" + context.id])])
            description += keys.map { "\($0.name); " }.joined()
            // Groups have no tag: those that Packer asked for.
            let named = proxy.seen.map(\.body).filter { $0.hasPrefix("Action=CreateSecurityGroup&") }.flatMap {
                $0.split(separator: "&").filter { $0.hasPrefix("GroupName=") }.map { String($0.dropFirst(10)) }
            }
            if !named.isEmpty {
                let groups = try await ec2.describeSecurityGroups(filters: [EC2Filter("group-name", named)])
                description += groups.map { "\($0.groupID); " }.joined()
            }
            let name = EC2Filter("name", ["\(stage.name)-\(context.id)*"])
            let images = try await ec2.describeImages(filters: [tag]) + ec2.describeImages(filters: [name])
            description += images.map { "\($0.imageID) is \($0.state); " }.joined()
            var snapshots = try await ec2.describeSnapshots(filters: [tag])
            if !instances.isEmpty {
                let made = EC2Filter("description", instances.map { "Created by CreateImage(\($0.instanceID))*" })
                snapshots += try await ec2.describeSnapshots(filters: [made])
            }
            description += snapshots.map { "\($0.snapshotID); " }.joined()
        }
    }
}
