import AWSClient
import Foundation
import Pipeline
import Stages
import TestSupport
import Testing

/// Secrets that tools print, in whatever form, leave the host in none: the real daemon with the real tools, against LocalStack, moto
/// and the fake Step Functions.
@Suite(
    .enabled(
        if: BuilderdProcess.executable != nil && EmulatedStage.isReady,
        "BUILDERD_TEST_BUILDERD, BUILDERD_TEST_LOCALSTACK or BUILDERD_TEST_MOTO is not set: run Tests/run"
    )
)
struct SecretTests {
    /// Everything that an encoder may do something to.
    static let secret = #"pa$$w0rd &"x'\y+z/=%ü-1"#

    @Test func `what Packer prints of a secret leaves in no form`() async throws {
        let stage = try await EmulatedStage()
        let daemon = try await Self.daemon(of: stage, "bakery")
        try daemon.process.folder.write(
            "catalogue/packer/leaky/leaky.pkr.hcl",
            #"""
            variable "password" {
              type = string
            }
            source "null" "x" {
              communicator = "none"
            }
            build {
              sources = ["source.null.x"]
              provisioner "shell-local" {
                environment_vars = ["SECRET=${var.password}"]
                inline = [
                  "printf 'raw %s\\n' \"$SECRET\"", "printf 'error %s\\n' \"$SECRET\" >&2",
                  "printf %s \"$SECRET\" | base64 -w0", "echo", "printf 'user:%s' \"$SECRET\" | base64 -w0 >&2", "echo",
                  "python3 -c 'import os,urllib.parse,json; s=os.environ[\"SECRET\"]; print(urllib.parse.quote(s)); print(json.dumps([s,json.dumps(s)]))'",
                  "echo said-all", "exit 3",
                ]
              }
            }
            """#
        )
        let section = BakerySection(
            head: stage.head(),
            template: "leaky",
            variables: [:],
            packages: [],
            secrets: [SecretReference(name: "password", parameter: try await Self.keep(stage), stages: [.bakery])]
        )
        let ending = try await daemon.work(.bakery, section: section, stage)
        #expect(ending.error == "Bakery.BuildFailed")
        try await daemon.expectNoSecret(in: [ending.text], printed: ["said-all", "raw [redacted]", "error [redacted]"])
    }

    @Test func `what Terraform prints of a secret leaves in no form`() async throws {
        let stage = try await EmulatedStage()
        let daemon = try await Self.daemon(of: stage, "provision")
        try daemon.process.folder.write(
            "catalogue/terraform/leaky/main.tf",
            #"""
            variable "password" {
              type = string
            }
            locals {
              forms = "raw ${var.password} b64 ${base64encode(var.password)} url ${urlencode(var.password)} json ${jsonencode(var.password)}"
            }
            output "endpoint" {
              value = "http://127.0.0.1:9/"
              precondition {
                condition     = var.password == ""
                error_message = "Refused: ${local.forms}"
              }
            }
            """#
        )
        let ending = try await daemon.work(.provision, section: try await Self.provision(stage, "leaky"), stage)
        #expect(ending.error == "Provision.PlanFailed")
        #expect(ending.text.contains("Refused: raw [redacted] b64 [redacted] url [redacted] json "), "\(ending.text)")
        try await daemon.expectNoSecret(in: [ending.text], printed: ["Refused: raw [redacted]"])
    }

    @Test func `a secret in what a stage returns is redacted, and an output over the limit is a failure`() async throws
    {
        let stage = try await EmulatedStage()
        let daemon = try await Self.daemon(of: stage, "provision")
        let module = #"""
            variable "password" {
              type = string
            }
            output "endpoint" {
              value = "http://127.0.0.1:9/"
            }
            output "shown" {
              value = "it is ${var.password}"
            }
            """#
        try daemon.process.folder.write("catalogue/terraform/telling/main.tf", module)
        let big = #"output "big" { value = join("", [for i in range(1000) : join("", [for j in range(300) : "x"])]) }"#
        try daemon.process.folder.write("catalogue/terraform/large/main.tf", module + "\n" + big + "\n")

        let told = try await daemon.work(.provision, section: try await Self.provision(stage, "telling"), stage)
        #expect(told.error == nil)
        #expect(told.text.contains(#""shown":"it is [redacted]""#), "\(told.text)")
        let large = try await daemon.work(.provision, section: try await Self.provision(stage, "large"), stage)
        #expect(large.error == "Builder.OutputTooLarge")
        #expect(large.text.contains("262144"), "\(large.text)")
        try await daemon.expectNoSecret(in: [told.text, large.text], printed: [])
    }

    /// Keeps the secret as a SecureString and returns its parameter's name.
    private static func keep(_ stage: EmulatedStage) async throws -> String {
        let name = "/\(stage.name)/password"
        _ = try await SSMClient(stage.aws).putParameter(name: name, value: secret, keyID: stage.keyArn, overwrite: true)
        return name
    }

    private static func provision(_ stage: EmulatedStage, _ module: String) async throws -> ProvisionSection {
        ProvisionSection(
            head: stage.head(),
            module: module,
            variables: [:],
            secrets: [SecretReference(name: "password", parameter: try await keep(stage), stages: [.provision])]
        )
    }

    /// A daemon for `stage`'s accounts that works one activity, with an empty catalogue.
    static func daemon(of stage: EmulatedStage, _ activity: String) async throws -> Daemon {
        let server = try await FakeStepFunctions.start()
        let arn = "arn:aws:states:eu-central-1:000000000000:activity:\(activity)"
        let process = try BuilderdProcess(
            configuration: """
                aws: {region: eu-central-1}
                activities: {\(activity): {arn: "\(arn)"}}
                log: {level: trace}
                tools:
                  terraform: {graceSeconds: 5}
                  packer: {graceSeconds: 5}
                  credentials: {source: profile, profile: test, file: \(stage.folder.path)/aws}
                  environment: {\(stage.settings.toolEnvironment.map { "\($0.key): \"\($0.value)\"" }.joined(separator: ", "))}
                """,
            server: server.url
        )
        process.environment["AWS_ENDPOINT_URL"] = AWSEmulator.localStack
        for service in ["EC2", "DYNAMODB"] { process.environment["AWS_ENDPOINT_URL_\(service)"] = AWSEmulator.moto }
        process.environment["PATH"] = stage.settings.toolEnvironment["PATH"]
        process.environment["BUILDERD_STORAGE_KMS_KEY"] = stage.keyArn
        for bucket in ["ARTIFACTS", "STATE"] { process.environment["BUILDERD_STORAGE_\(bucket)_BUCKET"] = stage.bucket }
        return Daemon(server: server, process: process, activity: arn)
    }

    /// A daemon that works one activity.
    struct Daemon {
        let server: FakeStepFunctions
        let process: BuilderdProcess
        let activity: String

        /// How a task ended: the error's name if it failed, and the output or cause.
        struct Ending {
            var error: String?
            var text: String
        }

        /// Has the daemon work `section`, and returns how its task ended.
        func work(_ stage: Stage, section: some Encodable, _ emulated: EmulatedStage) async throws -> Ending {
            try await ending(of: try await schedule(stage, section: section, emulated))
        }

        /// Gives the daemon `section` to work, and returns the task's token.
        func schedule(_ stage: Stage, section: some Encodable, _ emulated: EmulatedStage) async throws -> String {
            let version = try await SSMClient(emulated.aws).putParameter(
                name: "/\(emulated.name)/section",
                value: String(decoding: try JSONEncoder().encode(section), as: UTF8.self),
                keyID: emulated.keyArn,
                overwrite: true
            )
            if !process.log.contains("builderd") { try process.start() }
            return server.schedule(
                activity: activity,
                input: """
                    {"schema": 1, "action": "run", "stage": "\(stage.rawValue)", "execution": "\(emulated.execution)",
                     "entered": "\(Date().ISO8601Format())", "attempt": \(version), "heartbeatSeconds": 300, "timeoutSeconds": 7200,
                     "release": {"applicationId": "hello", "environment": "demo", "version": "1.0.0", "manifest": "s3://b-u-c/k"},
                     "stages": {"bakery": \(EmulatedStage.bakery), "preProvision": {"applicationId": "hello", "environment": "demo",
                       "version": "1.0.0", "accountId": "000000000000", "manifestSHA256": "00",
                       "parameters": {"\(stage.rawValue)": {"name": "/\(emulated.name)/section", "version": \(version)}}}}}
                    """,
                heartbeat: .seconds(300)
            )
        }

        /// How a task ended, once it has.
        func ending(of token: String) async throws -> Ending {
            try await server.wait("the task's end", limit: .seconds(120)) { $0.task(token)?.ending != nil }
            switch server.record.task(token)?.ending {
            case .succeeded(let output): return Ending(error: nil, text: output)
            case .failed(let error, let cause): return Ending(error: error, text: cause)
            case let other: throw Unreported(description: "ended as \(String(describing: other))\n\(process.log)")
            }
        }

        /// Ends the daemon; expects `printed` in its log, and no form of the secret in it, in `texts`, in what the health socket
        /// says or in what is left in the state folder.
        func expectNoSecret(in texts: [String], printed: [String]) async throws {
            let status = try await process.get("/status").body
            let metrics = try await process.get("/metrics").body
            process.signal(SIGTERM)
            #expect(await process.waitForExit() == 0)
            try await server.shutDown()
            for line in printed { #expect(process.log.contains(line), "\(line) is not in \(process.log)") }
            var places = ["log": process.log, "status": status, "metrics": metrics]
            for (number, text) in texts.enumerated() { places["report \(number)"] = text }
            let state = process.folder.path + "/state"
            for path in try FileManager.default.subpathsOfDirectory(atPath: state) {
                if let bytes = FileManager.default.contents(atPath: state + "/" + path) {
                    places[path] = String(decoding: bytes, as: UTF8.self)
                }
            }
            for (place, text) in places {
                for form in SecretTests.forms where text.contains(form) {
                    Issue.record("\(form) is in \(place): \(text)")
                }
            }
            let work = process.folder.path + "/work"
            #expect(try FileManager.default.contentsOfDirectory(atPath: work) == [], "a workspace is left")
        }

        private struct Unreported: Error, CustomStringConvertible { var description: String }
    }

    /// What must be nowhere: parts of the secret, plain and encoded, that nothing else would print.
    static let forms: [String] = {
        let bytes = Array(secret.utf8)
        // Base64 of the secret's middle at each alignment, as it stands in the base64 of any text around it.
        let encoded = (0..<3).map { skip in Data(bytes[(3 + skip)..<(12 + skip)]).base64EncodedString() }
        return ["pa$$w0rd", "w0rd &", "w0rd%20", "w0rd+%26", #"w0rd \u0026"#, "z/=", "z%2F%3D", #"z\/="#] + encoded
    }()
}
