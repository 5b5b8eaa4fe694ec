import ActivityWorker
import FoundationEssentials
import Pipeline
import Stages
import TestSupport

/// Pre Provision over in-memory stores, with an environment file and a manifest of its own.
struct PreProvisionFixture {
    static let manifestURI = "s3://artifacts/shop/manifest.yaml"

    let stores = FakeStores()
    let notices = NoticeLines()
    let folder: TemporaryFolder
    let stage: PreProvisionStage
    let environment: StageEnvironment

    init(manifest: String? = Self.manifest(), environment: String? = Self.environmentFile) throws {
        folder = try TemporaryFolder()
        if let environment { try folder.write("dev.yaml", environment) }
        self.environment = StageEnvironment(
            aws: stores.aws,
            settings: StageSettings(
                catalogueDirectory: folder.path + "/catalogue",
                environmentsDirectory: folder.path,
                rulesDirectory: folder.path + "/rules",
                kmsKey: "alias/builderd",
                artifactsBucket: "artifacts",
                stateBucket: "state",
                inventoryTable: "inventory"
            )
        )
        stage = PreProvisionStage(environment: self.environment)
        if let manifest { put(Array(manifest.utf8)) }
    }

    /// Puts the manifest where the release says.
    func put(_ bytes: [UInt8]) {
        stores.change { $0.objects["/artifacts/shop/manifest.yaml"] = .init(body: bytes, version: 7, kmsKey: nil) }
    }

    /// Runs the stage for a release of this manifest.
    func run(manifest: String = "\"\(manifestURI)\"", runtime: InMemoryTaskRuntime = InMemoryTaskRuntime()) async throws
        -> PreProvisionOutput
    {
        let text = try await stage.run(
            .forTest(
                stage: "preProvision",
                input: Self.envelope(manifest),
                runtime: runtime,
                logger: notices.logger
            )
        )
        return try JSONDecoder().decode(PreProvisionOutput.self, from: Data(text.utf8))
    }

    /// A section as the stage that it is for reads it.
    func section<Section: Decodable & Sendable>(_ type: Section.Type, of stage: Stage, from output: PreProvisionOutput)
        async throws -> Section
    {
        let encoded = String(decoding: try JSONEncoder().encode(output), as: UTF8.self)
        let envelope = try Envelope(
            json: Self.envelope("\"\(Self.manifestURI)\"", stages: "{\"preProvision\":\(encoded)}")
        )
        return try await SectionReader(environment: environment).section(type, of: stage, in: envelope)
    }

    /// The envelope of a release with this manifest.
    static func envelope(_ manifest: String, stages: String = "{}") -> String {
        """
        {"schema": 1, "action": "run", "stage": "preProvision",
         "execution": "arn:aws:states:eu-central-1:012345678901:execution:release:shop-dev-0123",
         "entered": "2026-01-31T12:00:00.123Z", "attempt": 0, "heartbeatSeconds": 120, "timeoutSeconds": 900,
         "release": {"applicationId": "shop", "environment": "dev", "version": "1.4.0", "manifest": \(manifest)}, "stages": \(stages)}
        """
    }

    /// A manifest whose image has these variables.
    static func manifest(variables: String = "{instance_type: t3.small}", application: String = "shop") -> String {
        """
        apiVersion: builderd/v1
        metadata: {applicationId: \(application), owner: team, costCenter: cc, dataClass: internal, accountId: "012345678901"}
        spec:
          image: {template: amazon-linux, variables: \(variables)}
          infrastructure: {module: web-service}
          validation: {profiles: [baseline]}
          logging: {groups: [/shop/dev]}
          release: {smokeTests: [{name: health, path: /healthz}]}

        """
    }

    static let environmentFile = """
        apiVersion: builderd/v1
        environment: dev
        accounts: {"012345678901": {}}

        """
}
