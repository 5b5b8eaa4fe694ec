import ActivityWorker
import CurlTransport
import FoundationEssentials
import Pipeline
import Stages
import Synchronization
import TestSupport
import Testing

/// Bakery with a script that stands in for Packer; `Tests/IntegrationTests` has the real one.
struct BakeryStageTests {
    /// Keeps its arguments, its environment and the variables' file.
    private static let packer = """
        echo "$*" >> "$FIXTURE/arguments"
        case $1 in
        version) echo "Packer v${VERSION:-1.6.6}" ;;
        validate) env > "$FIXTURE/environment"; ls > "$FIXTURE/template"; cp "${2#-var-file=}" "$FIXTURE/variables" ;;
        build) cat "$FIXTURE/build" ;;
        esac
        [ ! -e "$FIXTURE/fail-$1" ] || { cat "$FIXTURE/fail-$1" >&2; exit 1; }
        """
    private static let artifact = "1,b,artifact,0,id,eu-central-1:ami-0a0a0a0a\n1,b,artifact,0,end\n"
    private static let builtName = "hello-demo-0123456789abcdef01234567-0123456789abcdef"

    /// A fixture with a template; Packer's build adds an image to the cloud, unless `image` is nil.
    private func fixture(
        output: String = artifact,
        encrypted: Bool = true,
        key: String = ScriptedCloud.key,
        makesImage: Bool = true,
        section change: (inout BakerySection) -> Void = { _ in }
    ) throws -> StageFixture {
        let box = CloudBox()
        let fixture = try StageFixture(script: Self.packer) { name in
            guard name == "packer-build", makesImage else { return }
            box.cloud?.add("ami-0a0a0a0a", Self.builtName, encrypted: encrypted, key: key)
        }
        box.cloud = fixture.cloud
        try fixture.folder.write("build", output)
        try fixture.folder.write(
            "catalogue/packer/base/base.pkr.hcl",
            ["image_name", "tags", "packages", "kms_key_id", "execution_id", "token", "size"]
                .map { "variable \"\($0)\" {}\n" }.joined()
        )
        try fixture.folder.write("catalogue/packer/base/required_plugins.pkr.hcl", "packer {}")
        var section = BakerySection(
            head: StageFixture.head(),
            template: "base",
            variables: [:],
            packages: [],
            secrets: []
        )
        change(&section)
        try fixture.put(section, for: .bakery)
        return fixture
    }

    private func run(_ fixture: StageFixture) async throws -> BakeryOutput {
        try await fixture.run(
            BakeryStage(environment: fixture.environment, pace: StageFixture.pace()),
            as: .bakery,
            BakeryOutput.self
        )
    }

    private func failure(_ fixture: StageFixture) async -> TaskFailure? {
        await #expect(throws: TaskFailure.self) { try await run(fixture) }
    }

    @Test
    func `an encrypted image is returned as it was built, marked, and shared with nobody in the builder's own account`()
        async throws
    {
        let fixture = try fixture()
        let output = try await run(fixture)
        #expect(output.imageId == "ami-0a0a0a0a")
        #expect(output.imageName == Self.builtName)
        #expect(output.encrypted && output.sharedWith.isEmpty)
        let image = try #require(fixture.cloud.now.images["ami-0a0a0a0a"])
        #expect(image.tags["builderd:execution"] == StageFixture.execution)
        #expect(image.tags["builderd:complete"] == StageFixture.execution)
        #expect(image.tags["owner"] == "team")
        #expect(fixture.cloud.now.snapshots[image.snapshot]?.tags["builderd:execution"] == StageFixture.execution)
        #expect(!fixture.cloud.now.calls.contains { $0.hasPrefix("CopyImage") || $0.hasPrefix("Modify") })
    }

    @Test func `Packer 1_6 gets no plug-ins, and the arguments that keep secrets out of argv`() async throws {
        let fixture = try fixture { $0.variables = ["size": .integer(8)] }
        _ = try await run(fixture)
        let lines = try fixture.text("arguments").split(separator: "\n").map(String.init)
        let file = "-var-file=\(fixture.workspace)/builderd.pkrvars.json"
        #expect(
            lines == [
                "version", "validate \(file) .",
                "build -machine-readable -color=false -timestamp-ui -on-error=cleanup \(file) .",
            ]
        )
        #expect(try fixture.text("template") == "base.pkr.hcl\n")
        let variables = try JSONDecoder().decode(
            [String: JSONValue].self,
            from: Data(try fixture.text("variables").utf8)
        )
        #expect(Set(variables.keys) == ["image_name", "tags", "packages", "kms_key_id", "execution_id", "size"])
        #expect(variables["kms_key_id"] == .string(ScriptedCloud.key))
        #expect(try fixture.mode("workspace/builderd.pkrvars.json") == "600")
    }

    @Test func `Packer 1_7 and later get their plug-ins`() async throws {
        var fixture = try fixture()
        fixture.settings.toolEnvironment["VERSION"] = "1.11.2"
        _ = try await run(fixture)
        #expect(fixture.runtime.invocations.map(\.arguments.first) == ["version", "init", "validate", "build"])
        #expect(
            fixture.runtime.invocations.map(\.outputForm) == [.text, .text, .text, .packerMachineReadable],
            "only the build speaks to programs"
        )
        #expect(try fixture.text("template").contains("required_plugins.pkr.hcl"))
    }

    @Test func `a tool has a private environment and credentials by reference`() async throws {
        let fixture = try fixture()
        _ = try await run(fixture)
        let environment = try fixture.text("environment")
        #expect(environment.contains("AWS_CONFIG_FILE=\(fixture.workspace)/aws-config\n"))
        #expect(environment.contains("AWS_SHARED_CREDENTIALS_FILE=/dev/null\n"))
        #expect(environment.contains("TMPDIR=\(fixture.workspace)/tmp\n"))
        #expect(!environment.contains("AWS_SECRET_ACCESS_KEY") && !environment.contains("SWIFT"))
        #expect(try fixture.mode("workspace/aws-config") == "600")
    }

    @Test func `a secret is known to the redactor before Packer runs and stands only in the private file`() async throws
    {
        let fixture = try fixture {
            $0.secrets = [SecretReference(name: "token", parameter: "/secret", stages: [.bakery])]
        }
        fixture.cloud.change { $0.parameters["/secret"] = "s3cr3t-value" }
        try fixture.folder.write("fail-build", "cannot log in with s3cr3t-value")
        let failure = try #require(await failure(fixture))
        #expect(fixture.redactor.secrets == ["s3cr3t-value"])
        #expect(try fixture.text("variables").contains("s3cr3t-value"))
        #expect(failure.detail?.contains("cannot log in with ***") == true)
        #expect(failure.detail?.contains("artifact 0: complete") == true, "its lines are for programs")
        #expect(!"\(failure)".contains("s3cr3t-value"))
        let steps = fixture.runtime.ran
        #expect(try #require(steps.firstIndex(of: "secrets")) < #require(steps.firstIndex(of: "packer-validate")))
        #expect(!"\(fixture.runtime.invocations)".contains("s3cr3t-value"))
    }

    @Test func `a secret that is too short is named, never shown`() async throws {
        let fixture = try fixture {
            $0.secrets = [
                SecretReference(name: "token", parameter: "/secret", stages: [.bakery]),
                SecretReference(name: "pin", parameter: "/shop/pin", stages: [.bakery]),
            ]
        }
        fixture.cloud.change {
            $0.parameters["/secret"] = "s3cr3t-value"
            $0.parameters["/shop/pin"] = "9x7q"
        }
        let failure = try #require(await failure(fixture))
        #expect(failure.error == "Builder.InputInvalid")
        #expect(failure.message == "The secret pin (/shop/pin): a secret has fewer than 6 characters")
        #expect(!"\(failure)".contains("9x7q"))
    }

    @Test(arguments: [(false, ScriptedCloud.key), (true, "arn:aws:kms:eu-central-1:000000000000:key/other")])
    func `an image that is clear, or has another key, is copied, and the copy takes its place`(
        encrypted: Bool,
        key: String
    ) async throws {
        let fixture = try fixture(encrypted: encrypted, key: key)
        let output = try await run(fixture)
        #expect(output.imageId.hasPrefix("ami-c0000000"))
        #expect(fixture.cloud.now.images.keys.sorted() == [output.imageId])
        #expect(fixture.cloud.now.snapshots.keys.sorted() == output.snapshotIds)
        #expect(fixture.cloud.now.images[output.imageId]?.name == Self.builtName + "-encrypted")
    }

    @Test func `a copy that fails says why, and the clear image stays`() async throws {
        let fixture = try fixture(encrypted: false)
        fixture.cloud.change {
            $0.copyState = "failed"
            $0.copyReason = "Given key ID is not accessible"
        }
        let failure = await failure(fixture)
        #expect(failure?.error == "Bakery.ImageNotEncrypted")
        #expect(failure?.message.contains("Given key ID is not accessible") == true)
        #expect(fixture.cloud.now.images["ami-0a0a0a0a"] != nil)
    }

    @Test func `a copy that is clear again is not handed on`() async throws {
        let fixture = try fixture(encrypted: false)
        fixture.cloud.change { $0.copyIsEncrypted = false }
        #expect(await failure(fixture)?.error == "Bakery.ImageNotEncrypted")
    }

    @Test func `image and snapshots are shared with the application's account`() async throws {
        let fixture = try fixture { $0.head = StageFixture.head(account: StageFixture.accountOfApplication) }
        let output = try await run(fixture)
        #expect(output.sharedWith == [StageFixture.accountOfApplication])
        #expect(fixture.cloud.now.images["ami-0a0a0a0a"]?.launchers == [StageFixture.accountOfApplication])
        #expect(fixture.cloud.now.snapshots.values.map(\.sharedWith) == [[StageFixture.accountOfApplication]])
    }

    @Test func `a refused sharing is named as that`() async throws {
        let fixture = try fixture { $0.head = StageFixture.head(account: StageFixture.accountOfApplication) }
        fixture.cloud.change { $0.faults["ModifySnapshotAttribute"] = ScriptedCloud.refusal("InvalidParameter") }
        #expect(await failure(fixture)?.error == "Bakery.ShareFailed")
    }

    @Test func `an image that an earlier attempt finished is adopted, and Packer does not run`() async throws {
        let fixture = try fixture()
        fixture.cloud.add("ami-0b0b0b0b", Self.builtName, encrypted: true, key: ScriptedCloud.key)
        fixture.cloud.change {
            $0.images["ami-0b0b0b0b"]?.tags = [
                "builderd:execution": StageFixture.execution, "builderd:complete": StageFixture.execution,
            ]
        }
        #expect(try await run(fixture).imageId == "ami-0b0b0b0b")
        #expect(fixture.runtime.invocations.isEmpty)
    }

    @Test func `an encrypted copy that is left of an earlier attempt is adopted`() async throws {
        let fixture = try fixture()
        fixture.cloud.add("ami-0c0c0c0c", Self.builtName + "-encrypted", encrypted: true, key: ScriptedCloud.key)
        fixture.cloud.change { $0.images["ami-0c0c0c0c"]?.tags = ["builderd:execution": StageFixture.execution] }
        let output = try await run(fixture)
        #expect(output.imageId == "ami-0c0c0c0c")
        #expect(output.imageName == Self.builtName + "-encrypted")
        #expect(fixture.runtime.invocations.isEmpty)
    }

    @Test(arguments: [["builderd:execution": StageFixture.execution], [:]])
    func `what a killed build left is removed and built again`(tags: [String: String]) async throws {
        let fixture = try fixture()
        fixture.cloud.add("ami-0d0d0d0d", Self.builtName, encrypted: true, key: ScriptedCloud.key)
        fixture.cloud.change { $0.images["ami-0d0d0d0d"]?.tags = tags }
        #expect(try await run(fixture).imageId == "ami-0a0a0a0a")
        #expect(fixture.cloud.now.images["ami-0d0d0d0d"] == nil)
        #expect(fixture.cloud.now.snapshots["snap-ami-0d0d0d0d"] == nil)
    }

    @Test func `another execution's image of the same name is left alone`() async throws {
        let fixture = try fixture()
        fixture.cloud.add("ami-0d0d0d0d", Self.builtName, encrypted: true, key: ScriptedCloud.key)
        fixture.cloud.change { $0.images["ami-0d0d0d0d"]?.tags = ["builderd:execution": "another"] }
        _ = try await run(fixture)
        #expect(fixture.cloud.now.images["ami-0d0d0d0d"] != nil)
    }

    @Test func `an image without an artifact line is found by its name`() async throws {
        #expect(try await run(fixture(output: "1,,ui,say,no artifact\n")).imageId == "ami-0a0a0a0a")
    }

    @Test func `a build that leaves no image is named as that`() async throws {
        #expect(await failure(try fixture(output: "", makesImage: false))?.error == "Bakery.ImageMissing")
        #expect(
            await failure(try fixture(makesImage: false))?.error == "Bakery.ImageMissing",
            "the artifact's image does not exist"
        )
    }

    @Test func `a failed build tells Packer's errors and leaves no image for a retry to adopt`() async throws {
        let fixture = try fixture(
            output: Self.artifact + "1,b,error,Script exited with non-zero exit status: 1\n1,,error-count,1\n"
        )
        try fixture.folder.write("fail-build", "")
        let failure = await failure(fixture)
        #expect(failure?.error == "Bakery.BuildFailed")
        #expect(failure?.detail == "b: Script exited with non-zero exit status: 1")
        #expect(failure?.step == "packer-build")
        await BakeryStage(environment: fixture.environment, pace: StageFixture.pace()).cleanUp(
            try fixture.context(.bakery)
        )
        #expect(fixture.cloud.now.images.isEmpty)
        #expect(fixture.cloud.now.snapshots.isEmpty)
    }

    @Test func `a template that Packer refuses is invalid, with Packer's words`() async throws {
        let fixture = try fixture()
        try fixture.folder.write("fail-validate", "Error: Unsupported argument")
        let failure = await failure(fixture)
        #expect(failure?.error == "Bakery.TemplateInvalid")
        #expect(failure?.detail == "Error: Unsupported argument")
        #expect(!fixture.runtime.ran.contains("packer-build"))
    }

    @Test func `what the template does not declare is refused before Packer runs`() async throws {
        let undeclared = await failure(try fixture { $0.variables = ["colour": .string("blue")] })
        #expect(undeclared?.error == "Bakery.VariableUndeclared")
        #expect(undeclared?.next.contains("size") == true)
        let chef = await failure(try fixture { $0.chef = ChefSpec(policy: "base", attributes: [:]) })
        #expect(chef?.message.contains("a Chef policy") == true)
        #expect(await failure(try fixture { $0.source = "ami-1" })?.message.contains("a source image") == true)
        #expect(await failure(try fixture { $0.template = "absent" })?.error == "Bakery.TemplateInvalid")
    }

    @Test func `a Chef policy is copied beside the template with its attributes`() async throws {
        let fixture = try fixture { $0.chef = ChefSpec(policy: "web", attributes: ["a": .integer(1)]) }
        try fixture.folder.write("catalogue/chef/web/Policyfile.rb", "name 'web'")
        try fixture.folder.write(
            "catalogue/packer/base/chef.pkr.hcl",
            "variable \"chef_policy\" {}\nvariable \"chef_attributes\" {}"
        )
        _ = try await run(fixture)
        #expect(try fixture.text("variables").contains("\"chef_policy\":\"\(fixture.workspace)/chef\""))
        #expect(try fixture.text("workspace/chef/Policyfile.rb") == "name 'web'")
        #expect(try fixture.text("workspace/chef-attributes.json") == "{\"a\":1}")
    }

    @Test func `a Packer that is not there, or is something else, is a missing tool`() async throws {
        var absent = try fixture()
        absent.settings.packer = "/nonexistent/packer"
        // The supervisor's own error; the daemon's adapter makes Builder.ToolMissing of it.
        await #expect(throws: (any Error).self) { try await run(absent) }
        var other = try fixture()
        other.settings.packer = "/bin/true"
        #expect(await failure(other)?.error == "Builder.ToolMissing")
    }

    @Test func `a stage that runs again from its top does nothing twice`() async throws {
        let fixture = try fixture(encrypted: false)
        let first = try await run(fixture)
        let calls = fixture.cloud.now.calls.count { $0.hasPrefix("CopyImage") }
        let again = try await run(fixture)
        #expect(again == first)
        #expect(fixture.cloud.now.calls.count { $0.hasPrefix("CopyImage") } == calls)
    }

    @Test func `another action is refused`() async throws {
        let fixture = try fixture()
        let failure = await #expect(throws: TaskFailure.self) {
            try await fixture.run(
                BakeryStage(environment: fixture.environment),
                as: .bakery,
                BakeryOutput.self,
                action: .destroy
            )
        }
        #expect(failure?.error == "Builder.InputInvalid")
    }

    @Test(arguments: [("AccessDenied", "AWS.AccessDenied"), ("UnauthorizedOperation", "AWS.AccessDenied")])
    func `a refused look at the images says what to allow`(code: String, name: String) async throws {
        let fixture = try fixture()
        fixture.cloud.change { $0.faults["DescribeImages"] = ScriptedCloud.refusal(code, status: 403) }
        let failure = await failure(fixture)
        #expect(failure?.error == name)
        #expect(failure?.next.contains("DescribeImages") == true)
    }
}

/// The cloud that a fixture's tools add images to; set right after the fixture is made.
private final class CloudBox: Sendable {
    private let held = Mutex<ScriptedCloud?>(nil)
    var cloud: ScriptedCloud? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}

extension ScriptedCloud {
    /// Adds an image with one snapshot.
    func add(_ id: String, _ name: String, encrypted: Bool, key: String?) {
        change {
            $0.images[id] = Image(name: name, snapshot: "snap-" + id)
            $0.snapshots["snap-" + id] = Snapshot(encrypted: encrypted, key: encrypted ? key : nil)
        }
    }
}
