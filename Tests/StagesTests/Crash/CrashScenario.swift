import ActivityWorker
import AWSClient
import FoundationEssentials
import Pipeline
import Stages
import Synchronization
import TestSupport

/// A stage and what it meets.
struct CrashScenario {
    var name: String
    /// Fewer places to die at than this and it tests nothing.
    var least: Int
    /// Part of what it ends with.
    var ending: String
    /// Makes it anew.
    var make: () async throws -> CrashSubject

    static var all: [CrashScenario] { preProvision + bakery + provision + lateStages }

    private static var preProvision: [CrashScenario] {
        [
            CrashScenario(name: "Pre Provision", least: 11, ending: #""version":1"#) { try preparing(filler: 10) },
            CrashScenario(name: "Pre Provision, a section too large", least: 11, ending: #""version":1"#) {
                try preparing(filler: 9000)
            },
        ]
    }

    private static func preparing(filler: Int) throws -> CrashSubject {
        let text = String(repeating: "x", count: filler)
        let fixture = try PreProvisionFixture(manifest: PreProvisionFixture.manifest(variables: "{filler: \(text)}"))
        return CrashSubject(
            workspace: fixture.folder.path,
            run: { runtime, point in
                var environment = fixture.environment
                environment.aws = environment.aws.crashing(at: point)
                let input = PreProvisionFixture.envelope("\"\(PreProvisionFixture.manifestURI)\"")
                return try await PreProvisionStage(environment: environment).run(
                    .forTest(stage: "preProvision", input: input, runtime: runtime)
                )
            },
            tool: { _, _ in (0, "") },
            effects: {
                let now = fixture.stores.now
                // An object that a crash left without its pointer is written again, as another version of the same.
                return [
                    now.parameters.mapValues { [$0.value.contains("s3://") ? "pointer" : $0.value, "\($0.version)"] },
                    now.objects.mapValues(\.body),
                ]
            }
        )
    }

    private static var bakery: [CrashScenario] {
        [
            CrashScenario(name: "Bakery, clear image, copied and shared", least: 30, ending: "-encrypted") {
                try baking(encrypted: false)
            },
            CrashScenario(name: "Bakery, encrypted image", least: 22, ending: "ami-0a0a0a0a") {
                try baking(encrypted: true)
            },
            CrashScenario(name: "Bakery, failed build", least: 15, ending: "Bakery.BuildFailed") {
                try baking(encrypted: true, fails: true)
            },
            CrashScenario(name: "Bakery, no artifact line", least: 22, ending: "ami-0a0a0a0a") {
                try baking(encrypted: true, artifact: "")
            },
        ]
    }

    private static func baking(
        encrypted: Bool,
        fails: Bool = false,
        artifact: String = "1,b,artifact,0,id,eu-central-1:ami-0a0a0a0a\n1,b,artifact,0,end\n"
    ) throws -> CrashSubject {
        let fixture = try StageFixture(script: "exit 1")
        let name = "hello-demo-0123456789abcdef01234567-"
        fixture.cloud.add("ami-0d0d0d0d", name + "0000000000000001", encrypted: true, key: ScriptedCloud.key)
        fixture.cloud.change {
            $0.images["ami-0d0d0d0d"]?.tags = ["builderd:execution": StageFixture.execution]
            $0.parameters["/secret"] = "s3cr3t-value"
        }
        try fixture.folder.write(
            "catalogue/packer/base/base.pkr.hcl",
            "variable \"token\" {}\nvariable \"image_name\" {}\n"
        )
        let section = BakerySection(
            head: StageFixture.head(account: StageFixture.accountOfApplication),
            template: "base",
            variables: [:],
            packages: [],
            secrets: [SecretReference(name: "token", parameter: "/secret", stages: [.bakery])]
        )
        try fixture.put(section, for: .bakery)
        return CrashSubject(
            fixture,
            .bakery,
            handler: { BakeryStage(environment: $0, pace: StageFixture.pace()) },
            tool: { tool, _ in
                switch tool {
                case "packer-version": return (0, "Packer v1.6.6\n")
                case "packer-build" where fails: return (1, "1,b,error,It broke\n1,,error-count,1\n")
                case "packer-build":
                    fixture.cloud.add(
                        "ami-0a0a0a0a",
                        name + "0123456789abcdef",
                        encrypted: encrypted,
                        key: ScriptedCloud.key
                    )
                    return (0, artifact)
                default: return (0, "")
                }
            }
        )
    }

    private static var lateStages: [CrashScenario] {
        [
            CrashScenario(name: "Validation", least: 9, ending: #""passed":2"#) { try validating("passed") },
            CrashScenario(name: "Validation, a control failed", least: 9, ending: "Validation.ControlsFailed") {
                try validating("failed")
            },
            CrashScenario(name: "Post Provision", least: 11, ending: "EXEC#") { try finishing() },
        ]
    }

    private static func validating(_ status: String) throws -> CrashSubject {
        var fixture = try StageFixture(script: "exit 1")
        fixture.outputs = [.bakery: StageFixture.bakery, .provision: StageFixture.provision]
        for profile in ["base", "web"] {
            try fixture.folder.write("catalogue/inspec/\(profile)/inspec.yml", "name: \(profile)")
        }
        let waivers = [Waiver(control: "a", expires: "2027-01-01", justification: "known")]
        try fixture.put(
            ValidationSection(head: StageFixture.head(), profiles: ["base", "web"], inputs: [:], waivers: waivers),
            for: .validation
        )
        let clock = Mutex(0.0)
        let days = Days(clock: clock)
        return CrashSubject(
            fixture,
            .validation,
            handler: { ValidationStage(environment: $0, pace: days.pace) },
            tool: { _, invocation in
                let report = invocation.arguments.first { $0.hasPrefix("json:") }?.dropFirst(5) ?? ""
                let text =
                    "{\"profiles\":[{\"name\":\"x\",\"status\":\"loaded\",\"controls\":[{\"id\":\"b\",\"impact\":1,"
                    + "\"results\":[{\"status\":\"\(status)\",\"code_desc\":\"GET\"}]}]}]}"
                try Data(text.utf8).write(to: URL(filePath: String(report)))
                return (status == "passed" ? 0 : 100, "")
            }
        )
    }

    /// Each look at the clock is a day later: what asks it twice gets another answer.
    private final class Days: Sendable {
        private let clock: Mutex<Double>
        init(clock: consuming Mutex<Double>) { self.clock = clock }

        var pace: StagePace {
            StagePace(
                wait: { _ in },
                now: {
                    Date(
                        timeIntervalSince1970: 1_780_000_000
                            + self.clock.withLock {
                                $0 += 86_400; return $0
                            }
                    )
                }
            )
        }
    }

    private static func finishing() throws -> CrashSubject {
        var fixture = try StageFixture(script: "exit 1")
        fixture.outputs = [
            .bakery: StageFixture.bakery, .provision: StageFixture.provision, .validation: StageFixture.validation,
        ]
        let tests = ["home", "health"].map {
            SmokeTest(name: $0, path: "/", expectStatus: 200, contains: "hello", withinSeconds: 10)
        }
        try fixture.put(
            PostProvisionSection(
                head: StageFixture.head(),
                smokeTests: tests,
                logGroups: ["/hello/demo/app", "/hello/demo/access"],
                retentionDays: 30
            ),
            for: .postProvision
        )
        return CrashSubject(
            fixture,
            .postProvision,
            handler: { PostProvisionStage(environment: $0, pace: StageFixture.pace()) }
        )
    }
}
