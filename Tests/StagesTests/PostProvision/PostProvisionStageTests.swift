import ActivityWorker
import AWSClient
import CurlTransport
import FoundationEssentials
import Pipeline
import Stages
import Testing

struct PostProvisionStageTests {
    private static let itemKey =
        "APP#hello EXEC#2026-06-15T11:00:00.000Z#hello-demo-0123456789abcdef01234567"

    private func fixture(
        smokeTests: [SmokeTest] = [
            SmokeTest(name: "home", path: "/", expectStatus: 200, contains: "hello", withinSeconds: 10)
        ]
    ) throws -> StageFixture {
        var fixture = try StageFixture(script: "exit 1")
        fixture.outputs = [
            .bakery: StageFixture.bakery, .provision: StageFixture.provision, .validation: StageFixture.validation,
        ]
        try fixture.put(
            PostProvisionSection(
                head: StageFixture.head(),
                smokeTests: smokeTests,
                logGroups: ["/hello/demo/app", "/hello/demo/access"],
                retentionDays: 30
            ),
            for: .postProvision
        )
        return fixture
    }

    private func run(_ fixture: StageFixture) async throws -> PostProvisionOutput {
        try await fixture.run(
            PostProvisionStage(environment: fixture.environment, pace: StageFixture.pace()),
            as: .postProvision,
            PostProvisionOutput.self
        )
    }

    @Test func `a release is smoke-tested, its log groups are made, and it is recorded`() async throws {
        let fixture = try fixture()
        let output = try await run(fixture)
        #expect(
            output.smokeTests == [
                SmokeTestResult(name: "home", url: "http://127.0.0.1:8080/", status: 200, attempts: 1)
            ]
        )
        #expect(output.logGroups == ["/hello/demo/app", "/hello/demo/access"])
        let groups = fixture.cloud.now.logGroups
        #expect(groups["/hello/demo/app"] == ["key": ScriptedCloud.key, "days": "30"])
        #expect(groups["/hello/demo/access"] == ["key": ScriptedCloud.key, "days": "30"])
        #expect(output.inventory.table == "inventory")
        let item = try #require(fixture.cloud.now.items[Self.itemKey])
        #expect(item["imageId"]?.stringValue == "ami-0123456789abcdef0")
        #expect(item["endpoint"]?.stringValue == "http://127.0.0.1:8080/")
        #expect(item["requestedBy"]?.stringValue == "someone")
        #expect(
            item["parameters"]
                == .map(["postProvision": .map(["name": .string("/builderd/postProvision"), "version": .number(1)])])
        )
        #expect(item["schema"] == .number(2))
        #expect(item["entered"]?.stringValue == "2026-06-15T12:00:00.000Z")
        #expect(item["execution"]?.stringValue == StageFixture.execution)
    }

    @Test func `a log group that exists is corrected, one that is right is left alone`() async throws {
        let fixture = try fixture()
        fixture.cloud.change {
            $0.logGroups["/hello/demo/app"] = ["key": "other", "days": "1"]
            $0.logGroups["/hello/demo/access"] = ["key": ScriptedCloud.key, "days": "30"]
        }
        _ = try await run(fixture)
        #expect(fixture.cloud.now.logGroups["/hello/demo/app"] == ["key": ScriptedCloud.key, "days": "30"])
        let calls = fixture.cloud.now.calls
        #expect(
            calls.contains("AssociateKmsKey /hello/demo/app") && calls.contains("PutRetentionPolicy /hello/demo/app")
        )
        #expect(
            !calls.contains("AssociateKmsKey /hello/demo/access")
                && !calls.contains("PutRetentionPolicy /hello/demo/access")
        )
    }

    @Test func `the record of an execution is written once, and another's is never overwritten`() async throws {
        let fixture = try fixture()
        let first = try await run(fixture)
        let recorded = fixture.cloud.now.items
        // A retry on another host has no recorded steps.
        let retry = try self.fixture()
        retry.cloud.change { $0.items = recorded }
        #expect(try await run(retry) == first)
        #expect(retry.cloud.now.items == recorded)

        let other = try self.fixture()
        other.cloud.change {
            $0.items = recorded
            $0.items[Self.itemKey]?["execution"] = .string("another")
        }
        let failure = await #expect(throws: TaskFailure.self) { try await run(other) }
        #expect(failure?.error == "AWS.Rejected")
        #expect(other.cloud.now.items[Self.itemKey]?["execution"] == .string("another"))
    }

    @Test(arguments: ["2026-06-15T11:00:00.000Z", nil])
    func `Post Provision entered anew, as after a redrive, writes no second record`(prepared: String?) async throws {
        var first = try fixture()
        // Without it, an earlier builderd ran Pre Provision.
        first.preProvisionEntered = prepared
        let output = try await run(first)
        var redriven = try fixture()
        redriven.preProvisionEntered = prepared
        redriven.entered = "2026-06-16T12:00:00.000Z"
        redriven.cloud.change {
            $0.items = first.cloud.now.items
            $0.queryPage = 1
        }
        #expect(try await run(redriven).inventory == output.inventory)
        #expect(redriven.cloud.now.items == first.cloud.now.items)
        #expect(first.cloud.now.items.count == 1)
    }

    @Test func `a failed smoke test stops the release before anything is recorded`() async throws {
        let fixture = try fixture()
        fixture.cloud.change { $0.page = HTTPResponse(status: 502) }
        let failure = await #expect(throws: TaskFailure.self) { try await run(fixture) }
        #expect(failure?.error == "PostProvision.SmokeTestFailed")
        #expect(failure?.message.contains("status 502, expected 200") == true)
        #expect(fixture.cloud.now.items.isEmpty)
        #expect(fixture.cloud.now.logGroups.isEmpty)
    }

    @Test func `a smoke test that passed is not asked again when the stage runs again from its top`() async throws {
        let fixture = try fixture()
        fixture.cloud.change {
            $0.faults["PutItem"] = HTTPResponse.awsError("ValidationException")
        }
        await #expect(throws: TaskFailure.self) { try await run(fixture) }
        fixture.cloud.change {
            $0.faults = [:]
            $0.page = HTTPResponse(status: 500)
        }
        #expect(try await run(fixture).smokeTests.map(\.status) == [200])
    }

    @Test func `a smoke test without an endpoint is an input that cannot be`() async throws {
        var fixture = try fixture()
        fixture.outputs[.provision] =
            #"{"action":"apply","outputs":{},"added":0,"changed":0,"removed":0,"state":"s3://b/k"}"#
        let failure = await #expect(throws: TaskFailure.self) { try await run(fixture) }
        #expect(failure?.error == "Builder.InputInvalid")
    }
}
