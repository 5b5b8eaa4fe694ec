import ActivityWorker
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

/// Provision with a script that stands in for Terraform; `Tests/IntegrationTests` has the real one.
struct ProvisionStageTests {
    private static let terraform = """
        echo "$*" >> "$FIXTURE/arguments"
        case $1 in
        version) echo "Terraform v${VERSION:-1.11.4}" ;;
        init) env > "$FIXTURE/environment"; cat builderd.auto.tfvars.json > "$FIXTURE/variables"; cat builderd_backend.tf > "$FIXTURE/backend" ;;
        plan) [ -e "$FIXTURE/fail-plan" ] || exit ${PLAN:-2} ;;
        show) cat "$FIXTURE/plan.json" ;;
        apply) echo '{"type":"change_summary","changes":{"add":3,"change":2,"remove":1,"operation":"apply"}}' ;;
        output) cat "$FIXTURE/outputs.json" ;;
        esac
        [ ! -e "$FIXTURE/fail-$1" ] || { cat "$FIXTURE/fail-$1"; exit 1; }
        """
    private static let emptyPlan = #"{"format_version":"1.2","resource_changes":[],"configuration":{"root_module":{}}}"#
    private static let deniedPlan =
        #"{"format_version":"1.2","resource_changes":[{"address":"aws_key_pair.k","type":"aws_key_pair","name":"k","change":{"after":{}}}],"configuration":{"root_module":{}}}"#
    private static let goodOutputs =
        #"{"endpoint":{"sensitive":false,"value":"http://127.0.0.1:1/"},"password":{"sensitive":true,"value":"made-by-terraform"}}"#

    private func fixture(
        plan: String = emptyPlan,
        outputs: String = goodOutputs,
        section change: (inout ProvisionSection) -> Void = { _ in }
    ) throws -> StageFixture {
        var fixture = try StageFixture(script: Self.terraform)
        fixture.outputs = [.bakery: StageFixture.bakery]
        try fixture.folder.write("plan.json", plan)
        try fixture.folder.write("outputs.json", outputs)
        try fixture.folder.write(
            "catalogue/terraform/web/main.tf",
            "variable \"image_id\" {}\nvariable \"size\" {}\nvariable \"token\" {}\n"
        )
        var section = ProvisionSection(
            head: StageFixture.head(),
            module: "web",
            variables: ["size": .integer(2)],
            secrets: []
        )
        change(&section)
        try fixture.put(section, for: .provision)
        return fixture
    }

    private func run(_ fixture: StageFixture, action: TaskHeader.Action = .run) async throws -> ProvisionOutput {
        try await fixture.run(
            ProvisionStage(environment: fixture.environment),
            as: .provision,
            ProvisionOutput.self,
            action: action
        )
    }

    private func failure(_ fixture: StageFixture, action: TaskHeader.Action = .run) async -> TaskFailure? {
        await #expect(throws: TaskFailure.self) { try await run(fixture, action: action) }
    }

    @Test func `the plan that was checked is applied, and only outputs that are not sensitive leave`() async throws {
        let fixture = try fixture()
        let output = try await run(fixture)
        #expect(output.outputs == ["endpoint": .string("http://127.0.0.1:1/")])
        #expect(output.endpoint == "http://127.0.0.1:1/")
        #expect((output.added, output.changed, output.removed) == (3, 2, 1))
        #expect(output.state == "s3://state-bucket/hello/demo/terraform.tfstate")
        #expect(fixture.redactor.secrets == ["made-by-terraform"])
        let commands = try fixture.text("arguments").split(separator: "\n").map(String.init)
        #expect(
            commands == [
                "version",
                "init -input=false -no-color -json -backend-config=\(fixture.workspace)/builderd.tfbackend.json",
                "validate -no-color -json",
                "plan -input=false -no-color -json -detailed-exitcode -lock-timeout=300s -out=builderd.tfplan",
                "show -no-color -json builderd.tfplan",
                "apply -input=false -no-color -json -lock-timeout=300s builderd.tfplan", "output -no-color -json",
            ]
        )
    }

    @Test func `what prints sensitive values in clear is kept out of the log`() async throws {
        let fixture = try fixture()
        _ = try await run(fixture)
        let silent = fixture.runtime.invocations.filter { !$0.logsOutput }.map { $0.arguments[0] }
        #expect(silent == ["show", "output"])
    }

    @Test func `Terraform gets its own environment, declared variables and a backend with the builder's profile`()
        async throws
    {
        var fixture = try fixture {
            $0.head = StageFixture.head(
                access: AccountAccess(roleArn: "arn:aws:iam::111122223333:role/app", externalId: "e")
            )
        }
        fixture.settings.toolEnvironment["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:9"
        _ = try await run(fixture)
        let environment = try fixture.text("environment")
        for line in [
            "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1", "AWS_PROFILE=builderd",
            "TF_DATA_DIR=\(fixture.workspace)/terraform-data",
        ] {
            #expect(environment.contains(line + "\n"))
        }
        #expect(!environment.contains("TF_CLI_CONFIG_FILE"))
        #expect(try fixture.text("variables") == #"{"image_id":"ami-0123456789abcdef0","size":2}"#)
        #expect(try fixture.mode("workspace/terraform/builderd.auto.tfvars.json") == "600")
        #expect(try fixture.text("backend").contains("backend \"s3\" {}"))
        let backend = try fixture.text("workspace/builderd.tfbackend.json")
        for part in [
            #""use_lockfile":true"#, #""use_path_style":true"#, #""profile":"builderd-builder""#,
            "\"kms_key_id\":\"\(ScriptedCloud.key)\"",
        ] {
            #expect(backend.contains(part))
        }
        let access = try fixture.text("workspace/aws-config")
        #expect(
            access.contains("role_arn = arn:aws:iam::111122223333:role/app\n") && access.contains("external_id = e\n")
        )
    }

    @Test func `a real S3 is not treated as an emulator`() async throws {
        let fixture = try fixture()
        _ = try await run(fixture)
        #expect(!(try fixture.text("workspace/builderd.tfbackend.json").contains("skip_")))
    }

    @Test func `a denied plan names each violation and nothing is applied`() async throws {
        let fixture = try fixture(plan: Self.deniedPlan)
        let failure = await failure(fixture)
        #expect(failure?.error == "Provision.PlanDenied")
        #expect(
            failure?.detail
                == "aws_key_pair.k: resource is a key pair; allowed: no key pair: log in with Session Manager"
        )
        #expect(!fixture.runtime.ran.contains("terraform-apply"))
    }

    @Test func `a plan that cannot be read is not applied`() async throws {
        let fixture = try fixture(plan: "{}")
        #expect(await failure(fixture)?.error == "Provision.PlanFailed")
        #expect(!fixture.runtime.ran.contains("terraform-apply"))
    }

    @Test func `a plan without changes is applied all the same, for its outputs`() async throws {
        var fixture = try fixture()
        fixture.settings.toolEnvironment["PLAN"] = "0"
        #expect(try await run(fixture).endpoint == "http://127.0.0.1:1/")
    }

    @Test(arguments: [
        ("init", "Provision.InitFailed"), ("validate", "Provision.ModuleInvalid"), ("plan", "Provision.PlanFailed"),
        ("show", "Provision.PlanFailed"), ("apply", "Provision.ApplyFailed"), ("output", "Provision.ApplyFailed"),
    ])
    func `each command's failure has its name and step`(command: String, name: String) async throws {
        let fixture = try fixture()
        try fixture.folder.write(
            "fail-\(command)",
            #"{"type":"diagnostic","diagnostic":{"severity":"error","summary":"It broke","detail":"because"}}"#
        )
        let failure = await failure(fixture)
        #expect(failure?.error == name)
        #expect(failure?.step == "terraform-\(command)")
        #expect(failure?.next.isEmpty == false)
    }

    @Test(arguments: [
        ("Error acquiring the state lock", "Provision.StateLocked"), ("Saved plan is stale", "Provision.PlanStale"),
        ("execution halted", "Builder.Interrupted"),
    ])
    func `a failed apply is classified by its diagnostic`(summary: String, name: String) async throws {
        let fixture = try fixture()
        try fixture.folder.write(
            "fail-apply",
            #"{"type":"diagnostic","diagnostic":{"severity":"error","summary":""# + summary + #"","detail":"Who: x"}}"#
        )
        #expect(await failure(fixture)?.error == name)
    }

    @Test(arguments: [
        (#"{}"#, "there is none"), (#"{"endpoint":{"sensitive":true,"value":"http://x"}}"#, "it is sensitive"),
        (#"{"endpoint":{"sensitive":false,"value":"example.org"}}"#, "is not an http or https URL"),
    ])
    func `an endpoint that cannot be used is said to be missing`(outputs: String, reason: String) async throws {
        let failure = await failure(try fixture(outputs: outputs))
        #expect(failure?.error == "Provision.EndpointMissing")
        #expect(failure?.message.contains(reason) == true)
    }

    @Test func `a roll back plans a destroy, applies it and returns no endpoint`() async throws {
        var fixture = try fixture()
        fixture.outputs = [:]
        let output = try await run(fixture, action: .destroy)
        #expect(output.action == "destroy")
        #expect(output.endpoint == nil)
        #expect(try fixture.text("arguments").contains("plan -destroy -input=false"))
        #expect(!fixture.runtime.ran.contains("terraform-output"))
        try fixture.folder.write("fail-apply", "{}")
        let again = try self.fixture()
        try again.folder.write(
            "fail-apply",
            #"{"type":"diagnostic","diagnostic":{"severity":"error","summary":"x","detail":""}}"#
        )
        #expect(await failure(again, action: .destroy)?.error == "Provision.DestroyFailed")
    }

    @Test func `undeclared variables and absent modules are refused before Terraform initialises`() async throws {
        let undeclared = try fixture { $0.variables["colour"] = .string("blue") }
        #expect(await failure(undeclared)?.error == "Provision.VariableUndeclared")
        #expect(!undeclared.runtime.ran.contains("terraform-init"))
        #expect(await failure(try fixture { $0.module = "absent" })?.error == "Provision.ModuleInvalid")
        #expect(
            await failure(try fixture { $0.variables["image_id"] = .string("ami-of-mine") })?.error
                == "Provision.VariableUndeclared"
        )
    }

    @Test(arguments: ["1.9.8", "1.5.7", "none"])
    func `a Terraform that cannot lock its state is refused`(version: String) async throws {
        var fixture = try fixture()
        fixture.settings.toolEnvironment["VERSION"] = version
        let failure = await failure(fixture)
        #expect(failure?.error == "Builder.ToolMissing")
        #expect(failure?.next.contains("1.10.0") == true)
    }

    @Test func `a module with a lock file may not change its providers`() async throws {
        let fixture = try fixture()
        try fixture.folder.write("catalogue/terraform/web/.terraform.lock.hcl", "")
        _ = try await run(fixture)
        #expect(try fixture.text("arguments").contains("-lockfile=readonly"))
    }
}
