import CurlTransport
import DaemonCore
import Foundation
import TestSupport
import Testing

/// `builderctl doctor` and `builderctl ping` against LocalStack and moto, with the shipped state machines.
@Suite(
    .enabled(
        if: Ctl.executable != nil && EmulatedStage.isReady,
        "BUILDERD_TEST_BUILDERD, BUILDERD_TEST_LOCALSTACK or BUILDERD_TEST_MOTO is not set: run Tests/run"
    ),
    .timeLimit(.minutes(5))
)
struct DoctorTests {
    /// A platform of one test's own, and a daemon for two of its stages.
    private struct Platform {
        var daemon: BuilderdProcess
        var names: [String: String]
    }

    private static let substitutions = [
        "PreProvisionActivity", "BakeryActivity", "ProvisionActivity", "ValidationActivity", "PostProvisionActivity",
    ]

    /// - Parameter change: what is done to the release state machine's definition before it is made.
    private func platform(_ change: (String) -> String = { $0 }) async throws -> Platform {
        let localStack = try #require(AWSEmulator.localStack)
        let transport = try CurlTransport()
        let setup = EmulatedPlatformSetup(
            transport: transport,
            localStack: localStack,
            moto: try #require(AWSEmulator.moto),
            region: "eu-central-1"
        )
        var names: [String: String] = [:]
        for name in Self.substitutions { names[name] = try await setup.makeActivity(AWSEmulator.unique("a")) }
        for machine in ["release", "ping"] {
            let path = EmulatedStage.checkout + "/Config/platform/\(machine).asl.json"
            var text = try String(contentsOfFile: path, encoding: .utf8)
            for name in Self.substitutions { text = text.replacing("${\(name)}", with: names[name] ?? "") }
            if machine == "release" { text = change(text) }
            names[machine] = try await setup.makeStateMachine(AWSEmulator.unique("m"), definition: text)
        }
        let key = try await setup.makeKey()
        let bucket = AWSEmulator.unique("b")
        try await setup.makeBucket(bucket)
        try await setup.encryptBucket(bucket, key: key)
        names["bucket"] = bucket
        await transport.shutdown()
        let daemon = try BuilderdProcess(
            configuration: """
                aws: {region: eu-central-1}
                activities:
                  preProvision: {arn: "\(names["PreProvisionActivity"] ?? "")"}
                  postProvision: {arn: "\(names["PostProvisionActivity"] ?? "")"}
                stateMachines: {release: "\(names["release"] ?? "")", ping: "\(names["ping"] ?? "")"}
                worker: {name: doctor-test}
                """,
            server: localStack
        )
        daemon.environment["BUILDERD_STORAGE_KMS_KEY"] = key
        daemon.environment["BUILDERD_STORAGE_ARTIFACTS_BUCKET"] = bucket
        daemon.environment["BUILDERD_STORAGE_PARAMETER_PREFIX"] = "/" + AWSEmulator.unique("p")
        daemon.environment["AWS_ENDPOINT_URL"] = localStack
        daemon.environment["AWS_ENDPOINT_URL_EC2"] = AWSEmulator.moto
        daemon.environment["AWS_ENDPOINT_URL_DYNAMODB"] = AWSEmulator.moto
        daemon.environment["AWS_ACCESS_KEY_ID"] = "test"
        daemon.environment["AWS_SECRET_ACCESS_KEY"] = "test"
        return Platform(daemon: daemon, names: names)
    }

    private func doctor(_ daemon: BuilderdProcess, _ changes: [String: String] = [:]) async throws -> (
        status: Int32, findings: [Finding]
    ) {
        let outcome = try await Ctl.run(
            ["doctor", "--json", "--config", daemon.folder.path + "/builderd.yaml"],
            environment: daemon.environment.merging(changes) { $1 }
        )
        let findings = try JSONDecoder().decode([Finding].self, from: Data(outcome.output.utf8))
        return (outcome.status, findings)
    }

    @Test func `a host that is well is told so, check by check; without a daemon its sockets are failures`()
        async throws
    {
        let platform = try await platform()
        let without = try await doctor(platform.daemon)
        #expect(without.status == 2)
        #expect(
            without.findings.filter { $0.level == .failure }.map(\.check) == ["health socket", "control socket"],
            "\(without.findings)"
        )
        try platform.daemon.start()
        _ = try await platform.daemon.readiness { $0.status == 200 }
        let (status, findings) = try await doctor(platform.daemon)
        let bad = findings.filter { $0.level != .ok && !$0.check.hasPrefix("disk") }
        #expect(bad == [], "\(bad)")
        #expect(status <= 1)
        let checks = Set(findings.map(\.check))
        for check in [
            "environment", "configuration", "disk state", "disk secrets", "journal", "endpoint sfn", "clock",
            "metadata", "credentials", "identity",
            "activity preProvision", "activity postProvision", "state machine", "kms key", "kms key sharing",
            "bucket artifacts",
            "parameter", "health socket", "control socket",
        ] {
            #expect(checks.contains(check), "\(check)")
        }
        let lines = try await Ctl.run(
            ["doctor", "--no-write", "--config", platform.daemon.folder.path + "/builderd.yaml"],
            environment: platform.daemon.environment
        )
        #expect(lines.output.split(separator: "\n").count == findings.count, "one line each: \(lines.output)")
        #expect(lines.output.contains("warning  parameter: writing and reading"), "\(lines)")
        #expect(lines.status == 1)
        await platform.daemon.killHard()
    }

    @Test func `each thing that is wrong is found by its own check, with the fix`() async throws {
        let platform = try await platform { text in
            text.replacing(#""Builder.Draining","#, with: "").replacing(
                #""heartbeatSeconds": 120"#,
                with: #""heartbeatSeconds": 60"#
            )
        }
        let broken: [(variable: String, value: String, check: String, text: String)] = [
            ("BUILDERD_STORAGE_KMS_KEY", "alias/none", "kms key", "storage.kmsKey"),
            ("BUILDERD_STORAGE_ARTIFACTS_BUCKET", "no-such-bucket-of-ours", "bucket artifacts", "artifactsBucket"),
            (
                "BUILDERD_ACTIVITIES_PRE_PROVISION_ARN", "arn:aws:states:eu-central-1:000000000000:activity:none",
                "activity preProvision", "activities.preProvision.arn"
            ),
            ("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:9", "endpoint kms", "aws.endpoints.kms"),
        ]
        for (variable, value, check, text) in broken {
            let (status, findings) = try await doctor(platform.daemon, [variable: value])
            let finding = findings.first { $0.check == check }
            #expect(status == 2 && finding?.level == .failure, "\(check): \(findings)")
            #expect(finding?.fix?.contains(text) == true, "\(String(describing: finding))")
        }
        let (status, findings) = try await doctor(platform.daemon)
        #expect(status == 2)
        let states = findings.filter { $0.check == "state Pre Provision" }
        #expect(states.contains { $0.message.contains("the envelope says 60") }, "\(findings)")
        #expect(states.contains { $0.message.contains("does not retry Builder.Draining") }, "\(findings)")
    }

    @Test func `the lifecycle hook of the host's group is looked up and judged`() async throws {
        let platform = try await platform()
        let transport = try CurlTransport()
        let setup = EmulatedPlatformSetup(
            transport: transport,
            localStack: try #require(AWSEmulator.localStack),
            moto: try #require(AWSEmulator.moto),
            region: "eu-central-1"
        )
        let group = AWSEmulator.unique("g")
        try await setup.makeTerminationHook("drain", group: group, heartbeatTimeoutSeconds: 900)
        try await setup.makeTerminationHook("short", group: group, heartbeatTimeoutSeconds: 90)
        await transport.shutdown()
        #expect(try await doctor(platform.daemon).findings.allSatisfy { $0.check != "lifecycle hook" })
        let hooks: [(name: String, level: Finding.Level, text: String)] = [
            ("drain", .ok, "holds this host's end, 900 s"), ("short", .failure, "a single late one"),
            ("other", .failure, "has no hook other"),
        ]
        for (name, level, text) in hooks {
            let changes = [
                "BUILDERD_HOST_AUTO_SCALING_GROUP": group, "BUILDERD_HOST_LIFECYCLE_HOOK": name,
                "AWS_ENDPOINT_URL_AUTO_SCALING": AWSEmulator.moto ?? "",
            ]
            let (_, findings) = try await doctor(platform.daemon, changes)
            let finding = findings.first { $0.check == "lifecycle hook" }
            #expect(finding?.level == level && finding?.message.contains(text) == true, "\(findings)")
            #expect(findings.contains { $0.check == "endpoint autoscaling" && $0.level == .ok })
        }
    }

    @Test func `doctor and ping take the environment of the service that runs, and tell no secret of it`() async throws
    {
        let platform = try await platform()
        try platform.daemon.start()
        _ = try await platform.daemon.readiness { $0.status == 200 }
        let folder = platform.daemon.folder
        // Root believes the unit, anybody else the process: both say the same here.
        let variables = platform.daemon.environment.filter { $0.key != "PATH" }.map { "\($0.key)=\($0.value)" }
        let said = "LoadState=loaded\nMainPID=\(platform.daemon.identifier)\nEnvironment="
        try folder.write("said", said + variables.joined(separator: " ") + "\n")
        let manager = try folder.write("bin/systemctl", "#!/bin/sh\ncat '\(folder.path)/said'\n")
        _ = unsafe chmod(manager, 0o700)
        let ours = ["PATH": folder.path + "/bin:/usr/bin:/bin"]
        let file = folder.path + "/builderd.yaml"
        let doctor = try await Ctl.run(["doctor", "--environment", "service", "--config", file], environment: ours)
        for line in ["ok       environment: builderd.service's, ", "ok       identity", "ok       parameter"] {
            #expect(doctor.output.contains(line), "\(line): \(doctor)")
        }
        let ping = try await Ctl.run(
            ["ping", "preProvision", "--environment", "service", "--config", file],
            environment: ours
        )
        #expect(ping.status == 0 && ping.output.contains("answered by doctor-test"), "\(ping)")
        #expect(ping.errors.contains("environment: builderd.service's, "))
        #expect(!(doctor.output + doctor.errors + ping.output + ping.errors).contains("=test"))
        // As it was: this shell's own environment has neither credentials nor the configuration's variables.
        let own = try await Ctl.run(["doctor", "--config", file], environment: ours)
        #expect(own.status == 2 && own.output.contains("ok       environment: this shell's own"), "\(own)")
        await platform.daemon.killHard()
    }

    @Test func `an account that the key is not shared with is a warning`() async throws {
        let platform = try await platform()
        try platform.daemon.folder.write(
            "environments/demo.yaml",
            "apiVersion: builderd/v1\nenvironment: demo\naccounts: {\"111111111111\": {}, \"000000000000\": {}}\n"
        )
        let findings = try await doctor(platform.daemon).findings
        #expect(findings.first { $0.check == "kms key" }?.level == .ok, "\(findings)")
        let sharing = findings.first { $0.check == "kms key sharing" }
        #expect(sharing?.level == .warning && sharing?.message.contains("account 111111111111 may not") == true)
    }

    @Test func `no credentials are one failure, and what needs them is left out`() async throws {
        let daemon = try BuilderdProcess(
            configuration: DaemonProcessTests.configuration,
            server: try #require(AWSEmulator.localStack)
        )
        daemon.environment["AWS_ENDPOINT_URL"] = AWSEmulator.localStack
        daemon.environment["AWS_ACCESS_KEY_ID"] = nil
        daemon.environment["AWS_SECRET_ACCESS_KEY"] = nil
        let (status, findings) = try await doctor(daemon)
        #expect(status == 2)
        let checks = findings.map(\.check)
        #expect(findings.first { $0.check == "credentials" }?.level == .failure)
        #expect(checks.contains("aws") && !checks.contains("kms key"), "\(checks)")
    }

    @Test func `a ping goes through Step Functions and back, and a stage that nobody works is said`() async throws {
        let platform = try await platform()
        try platform.daemon.start()
        _ = try await platform.daemon.readiness { $0.status == 200 }
        let file = platform.daemon.folder.path + "/builderd.yaml"
        let pong = try await Ctl.run(
            ["ping", "preProvision", "--config", file],
            environment: platform.daemon.environment
        )
        #expect(pong.status == 0, "\(pong)\n\(platform.daemon.log)")
        #expect(pong.output.hasPrefix("preProvision: answered by doctor-test, builderd "), "\(pong)")
        let silence = try await Ctl.run(
            ["ping", "bakery", "--timeout", "2", "--config", file],
            environment: platform.daemon.environment
        )
        #expect(
            silence.status == 1 && silence.errors.contains("nobody answered on the activity of bakery"),
            "\(silence)"
        )
        await platform.daemon.killHard()
    }
}
