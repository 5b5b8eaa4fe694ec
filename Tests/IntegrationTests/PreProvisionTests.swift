import ActivityWorker
import AWSClient
import CurlTransport
import Foundation
import Logging
import Pipeline
import Stages
import TestSupport
import Testing

/// LocalStack that `Tests/run` started.
private let localStackURL = ProcessInfo.processInfo.environment["BUILDERD_TEST_LOCALSTACK"]

@Suite(
    .enabled(if: localStackURL != nil, "BUILDERD_TEST_LOCALSTACK is not set: run Tests/run")
)
struct PreProvisionTests {
    @Test func `a release's sections are written to Parameter Store, read back, and kept by a second run`() async throws
    {
        let platform = try await EmulatedPlatform(localStack: #require(localStackURL))
        let versionId = try await platform.upload(EmulatedPlatform.manifest(variable: "short"))
        let manifest = "s3://\(platform.bucket)/hello.yaml?versionId=\(versionId)"
        let output = try await platform.run(manifest: manifest)
        #expect(output.manifestVersionId == versionId)
        #expect(Set(output.parameters.keys) == ["bakery", "provision", "validation", "postProvision"])

        let parameter = try await SSMClient(platform.aws).getParameter(
            name: #require(output.parameters["bakery"]).name,
            decrypt: false
        )
        #expect(parameter.type == "SecureString")
        // LocalStack encrypts nothing, but says under which key it would have been.
        #expect(parameter.value.hasPrefix("kms:\(platform.keyId):"))
        let section = try await platform.section(BakerySection.self, of: .bakery, from: output)
        #expect(section.template == "demo-emulated")
        #expect(section.head.tags["version"] == "1.0.0")

        // The manifest's next version changes nothing for a release that is pinned to this one.
        _ = try await platform.upload(EmulatedPlatform.manifest(variable: "other"))
        #expect(try await platform.run(manifest: manifest) == output)
        let newer = try await platform.run(manifest: "s3://\(platform.bucket)/hello.yaml")
        #expect(newer.parameters["bakery"]?.version == 2)
        #expect(newer.parameters["provision"] == output.parameters["provision"])
    }

    @Test(arguments: [String(repeating: "x", count: 6000), String(repeating: "y", count: 20_000), "{{ braces }}"])
    func `a section that the standard tier does not take arrives whole`(value: String) async throws {
        let platform = try await EmulatedPlatform(localStack: #require(localStackURL))
        _ = try await platform.upload(EmulatedPlatform.manifest(variable: value))
        let output = try await platform.run(manifest: "s3://\(platform.bucket)/hello.yaml")
        let section = try await platform.section(BakerySection.self, of: .bakery, from: output)
        #expect(section.variables["text"] == .string(value))
        #expect(try await platform.run(manifest: "s3://\(platform.bucket)/hello.yaml") == output)
    }

    @Test(arguments: ["/no-such.yaml", "-no-such-bucket/hello.yaml"])
    func `a manifest that is not there is said to be missing`(rest: String) async throws {
        let platform = try await EmulatedPlatform(localStack: #require(localStackURL))
        let failure = await #expect(throws: TaskFailure.self) {
            try await platform.run(manifest: "s3://\(platform.bucket)\(rest)")
        }
        #expect(failure?.error == "PreProvision.ManifestNotFound")
    }
}

/// A versioned bucket, a key and an environment file of one test's own, on LocalStack.
private struct EmulatedPlatform {
    let bucket = "pre-provision-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    let aws: AWSConfiguration
    let keyId: String
    private let folder: TemporaryFolder
    private let environment: StageEnvironment

    init(localStack url: String) async throws {
        let transport = try CurlTransport()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        aws = AWSConfiguration(
            transport: transport,
            credentials: StaticCredentials(
                Credentials(accessKeyID: "000000000000", secretAccessKey: "test", source: "test")
            ),
            region: "eu-central-1",
            endpoints: EndpointResolver(everyService: url),
            userAgent: "builderd-test",
            logger: logger
        )
        folder = try TemporaryFolder()
        try folder.write("demo.yaml", "apiVersion: builderd/v1\nenvironment: demo\naccounts: {\"000000000000\": {}}\n")
        let key = try await Self.ask(
            transport,
            HTTPRequest(
                method: "POST",
                url: url + "/",
                headers: [
                    HTTPField("X-Amz-Target", "TrentService.CreateKey"),
                    HTTPField("Content-Type", "application/x-amz-json-1.1"),
                    Self.scope("kms"),
                ],
                body: Array("{}".utf8)
            )
        )
        struct Answer: Decodable {
            struct Metadata: Decodable { var KeyId: String }
            var KeyMetadata: Metadata
        }
        _ = try await Self.ask(
            transport,
            HTTPRequest(
                method: "PUT",
                url: "\(url)/\(bucket)",
                headers: [Self.scope("s3")],
                body: Array(
                    "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"
                        .utf8
                )
            )
        )
        _ = try await Self.ask(
            transport,
            HTTPRequest(
                method: "PUT",
                url: "\(url)/\(bucket)?versioning",
                headers: [Self.scope("s3")],
                body: Array(
                    "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>"
                        .utf8
                )
            )
        )
        keyId = try JSONDecoder().decode(Answer.self, from: Data(key)).KeyMetadata.KeyId
        environment = StageEnvironment(
            aws: aws,
            settings: StageSettings(
                catalogueDirectory: folder.path,
                environmentsDirectory: folder.path,
                kmsKey: keyId,
                artifactsBucket: bucket,
                stateBucket: bucket,
                inventoryTable: "inventory",
                parameterPrefix: "/\(bucket)"
            )
        )
    }

    /// What LocalStack needs of a signature to know service and region; it checks none.
    private static func scope(_ service: String) -> HTTPField {
        HTTPField(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=000000000000/20260101/eu-central-1/\(service)/aws4_request, SignedHeaders=host, Signature=0"
        )
    }

    private static func ask(_ transport: CurlTransport, _ request: HTTPRequest) async throws -> [UInt8] {
        let response = try await transport.exchange(request)
        try #require(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
        return response.body
    }

    func upload(_ manifest: String) async throws -> String {
        let head = try await S3Client(aws).putObject(bucket: bucket, key: "hello.yaml", body: Array(manifest.utf8))
        return try #require(head.versionID)
    }

    func run(manifest: String) async throws -> PreProvisionOutput {
        let context = TaskContext(
            id: "0123456789abcdef",
            stage: "preProvision",
            header: TaskHeader(
                action: .run,
                execution: "arn:aws:states:eu-central-1:000000000000:execution:release:hello-demo-1",
                entered: "2026-01-31T12:00:00Z",
                enteredMilliseconds: 1_769_860_800_000,
                attempt: 0,
                heartbeat: .seconds(120),
                timeout: .seconds(900),
                application: "hello"
            ),
            input: envelope(manifest: manifest, stages: "{}"),
            workspace: folder.path,
            redactor: NoSecrets(),
            logger: aws.logger,
            runtime: DirectTaskRuntime()
        )
        let text = try await PreProvisionStage(environment: environment).run(context)
        return try JSONDecoder().decode(PreProvisionOutput.self, from: Data(text.utf8))
    }

    func section<Section: Decodable & Sendable>(
        _ type: Section.Type,
        of stage: Stage,
        from output: PreProvisionOutput
    ) async throws -> Section {
        let encoded = String(decoding: try JSONEncoder().encode(output), as: UTF8.self)
        let envelope = try Envelope(
            json: envelope(manifest: "s3://\(bucket)/hello.yaml", stages: "{\"preProvision\":\(encoded)}")
        )
        return try await SectionReader(environment: environment).section(type, of: stage, in: envelope)
    }

    private func envelope(manifest: String, stages: String) -> String {
        """
        {"schema": 1, "action": "run", "stage": "preProvision",
         "execution": "arn:aws:states:eu-central-1:000000000000:execution:release:hello-demo-1", "entered": "2026-01-31T12:00:00Z",
         "attempt": 0, "heartbeatSeconds": 120, "timeoutSeconds": 900, "stages": \(stages),
         "release": {"applicationId": "hello", "environment": "demo", "version": "1.0.0", "manifest": "\(manifest)"}}
        """
    }

    static func manifest(variable: String) -> String {
        """
        apiVersion: builderd/v1
        metadata: {applicationId: hello, owner: team, costCenter: cc, dataClass: internal, accountId: "000000000000"}
        spec:
          image: {template: demo-emulated, variables: {text: "\(variable)"}}
          infrastructure: {module: hello-demo}
        """
    }
}

/// Runs every step directly and records nothing.
private struct DirectTaskRuntime: TaskRuntime {
    func step<Inputs: Encodable & Sendable, Result: Codable & Sendable>(
        _ name: String,
        inputs: Inputs,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result { try await body() }

    func ephemeral<Result: Sendable>(_ name: String, _ body: @Sendable () async throws -> Result) async throws -> Result
    {
        try await body()
    }

    func tool(_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit {
        throw TaskFailure("Builder.ToolMissing", message: name, next: "")
    }
}

/// Knows no secrets: Pre Provision handles references only.
private struct NoSecrets: TaskRedacting {
    func add(secrets: [String]) throws {}
    func redact(_ text: String) -> String { text }
}
