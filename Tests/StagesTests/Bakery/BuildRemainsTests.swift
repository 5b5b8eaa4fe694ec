import ActivityWorker
import Pipeline
import Stages
import TestSupport
import Testing

/// What Bakery removes after its attempt failed; `Tests/IntegrationTests` does it after the real Packer was killed.
struct BuildRemainsTests {
    private static let task = "0123456789abcdef"
    private static let marks = ["builderd:task": task, "builderd:execution": StageFixture.execution]
    private static let name = "hello-demo-0123456789abcdef01234567-" + task
    private static let group = "packer_6b06fa49-6cc9-28fa-3455-95bbaafdfe68"

    private func cleanUp(_ fixture: StageFixture) async throws {
        await BakeryStage(environment: fixture.environment, pace: StageFixture.pace()).cleanUp(
            try fixture.context(.bakery)
        )
    }

    /// A fixture whose account has what Packer 1.6 leaves when it is killed while EC2 makes the image, and the same of another task.
    private func fixture() throws -> StageFixture {
        let fixture = try StageFixture(script: "exit 1")
        fixture.cloud.change { state in
            state.instances["i-1"] = .init(
                keyName: "packer_" + Self.task,
                groups: ["sg-1", "sg-9"],
                tags: Self.marks,
                lingers: 3
            )
            state.instances["i-2"] = .init(keyName: "packer_other", groups: ["sg-2"], tags: ["builderd:task": "other"])
            state.keyPairs = ["packer_" + Self.task, "packer_other", "mine"]
            state.groups["sg-1"] = .init(name: Self.group)
            state.groups["sg-2"] = .init(name: "packer_6b06fa8d-e7ea-8e4e-2590-66c46f8b4eda")
            state.groups["sg-9"] = .init(name: "shared", description: "of the platform's")
            state.images["ami-1"] = .init(name: Self.name, state: "pending", snapshot: "snap-0")
            state.images["ami-2"] = .init(name: "other", snapshot: "snap-2", tags: ["builderd:task": "other"])
            state.snapshots["snap-1"] = .init(encrypted: true, description: "Created by CreateImage(i-1) for ami-1")
            state.snapshots["snap-2"] = .init(encrypted: true, description: "Created by CreateImage(i-2) for ami-2")
        }
        return fixture
    }

    @Test func `what a killed build left is removed, and nothing else`() async throws {
        let fixture = try fixture()
        try await cleanUp(fixture)
        let now = fixture.cloud.now
        #expect(now.instances.mapValues(\.state) == ["i-1": "shutting-down", "i-2": "running"])
        #expect(now.keyPairs == ["packer_other", "mine"])
        #expect(now.groups.keys.sorted() == ["sg-2", "sg-9"])
        #expect(now.images.keys.sorted() == ["ami-2"])
        #expect(now.snapshots.keys.sorted() == ["snap-2"])

        // Again, as after a crash in the middle of it.
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.groups == now.groups && fixture.cloud.now.images == now.images)
    }

    @Test func `a group is found by Packer's own word where no instance leads to it`() async throws {
        let fixture = try fixture()
        fixture.cloud.change { $0.instances["i-1"] = nil }
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.groups["sg-1"] != nil)
        try fixture.folder.write(
            "workspace/tools/packer-build/stdout",
            "1,,ui,say,2026: ==> amazon-ebs.image: Creating temporary security group for this instance: \(Self.group)\n"
        )
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.groups.keys.sorted() == ["sg-2", "sg-9"])
    }

    @Test func `an image that nothing but its name leads to is marked before it is removed`() async throws {
        let fixture = try fixture()
        try await cleanUp(fixture)
        let calls = fixture.cloud.now.calls
        let marked = try #require(calls.firstIndex(of: "CreateTags ami-1"))
        #expect(try #require(calls.firstIndex(of: "DeregisterImage ami-1")) > marked)
    }

    @Test(arguments: ["builderd:complete", "copy", "other execution"])
    func `an image that another attempt adopts stays`(why: String) async throws {
        let fixture = try fixture()
        fixture.cloud.change { state in
            state.images["ami-1"] = nil
            var image = ScriptedCloud.Image(name: Self.name, snapshot: "snap-3", tags: Self.marks)
            switch why {
            case "copy": (image.name, image.state) = (Self.name + "-encrypted", "pending")
            case "other execution": image.tags["builderd:execution"] = "another"
            default: image.tags["builderd:complete"] = StageFixture.execution
            }
            state.images["ami-3"] = image
            let description = why == "copy" ? "Copied for DestinationAmi ami-3 from SourceAmi ami-0" : ""
            state.snapshots["snap-3"] = .init(encrypted: true, description: description, tags: Self.marks)
        }
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.images["ami-3"] != nil)
        #expect(fixture.cloud.now.snapshots["snap-3"] != nil)
    }

    @Test func `a copy that failed is removed`() async throws {
        let fixture = try fixture()
        fixture.cloud.change {
            $0.images["ami-3"] = .init(
                name: Self.name + "-encrypted",
                state: "failed",
                snapshot: "snap-3",
                tags: Self.marks
            )
        }
        try await cleanUp(fixture)
        #expect(fixture.cloud.now.images["ami-3"] == nil)
    }

    @Test func `what cannot be removed does not keep the rest, and waiting has an end`() async throws {
        let fixture = try fixture()
        let lines = NoticeLines()
        fixture.cloud.change {
            $0.instances["i-1"]?.lingers = 1000
            $0.faults["TerminateInstances"] = ScriptedCloud.refusal("UnauthorizedOperation", status: 403)
        }
        await BakeryStage(environment: fixture.environment, pace: StageFixture.pace()).cleanUp(
            try fixture.context(.bakery, logger: lines.logger)
        )
        #expect(fixture.cloud.now.images.keys.sorted() == ["ami-2"])
        #expect(fixture.cloud.now.keyPairs == ["packer_other", "mine"])
        #expect(fixture.cloud.now.groups["sg-1"] != nil)
        #expect(fixture.cloud.now.calls.count { $0.hasPrefix("DeleteSecurityGroup") } == 20)
        #expect(lines.all.contains { $0.contains("the image ami-1") })
    }
}
