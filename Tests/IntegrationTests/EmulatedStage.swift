import AWSClient
import ActivityWorker
import CurlTransport
import DaemonCore
import FoundationEssentials
import Logging
import Pipeline
import Stages
import TestSupport
import Testing
import ToolSupervisor

/// One stage against LocalStack and moto, with the real tools under the real supervisor and the catalogue that ships.
struct EmulatedStage {
    let name = "hello-\(UInt32.random(in: .min ... .max))"
    let bucket: String
    let table: String
    let keyArn: String
    let aws: AWSConfiguration
    let folder: TemporaryFolder
    /// The emulators, for what the client has no operation for.
    let platform: EmulatedPlatformSetup
    var settings: StageSettings
    /// What stages before returned, as JSON.
    var outputs: [Stage: String] = [:]
    /// The release's version.
    var version = "1.0.0"
    /// What tells one release's execution from another's.
    var build = ""
    /// When the stages were entered.
    var entered = "2026-06-15T12:00:00Z"
    /// Sections of other stages, as Pre Provision would have returned them.
    var parameters: [String: ParameterReference] = [:]
    private let region = "eu-central-1"

    /// Why the tests of stages with real tools cannot run here; `nil` when they can.
    static var isReady: Bool { AWSEmulator.localStack != nil && AWSEmulator.moto != nil }

    var execution: String { "arn:aws:states:\(region):000000000000:execution:release:\(name)\(build)" }

    init() async throws {
        let (localStack, moto) = try (#require(AWSEmulator.localStack), #require(AWSEmulator.moto))
        var endpoints = EndpointResolver(everyService: localStack)
        for service in [AWSService.ec2, .dynamodb] { endpoints.custom[service] = .init(url: moto, origin: "the test") }
        aws = AWSConfiguration(
            transport: try CurlTransport(),
            credentials: StaticCredentials(Credentials(accessKeyID: "test", secretAccessKey: "test", source: "test")),
            region: region,
            endpoints: endpoints,
            userAgent: "builderd-tests",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        bucket = "stage-" + name
        table = "inventory-" + name
        folder = try TemporaryFolder()
        try folder.write("aws", "[profile test]\naws_access_key_id = test\naws_secret_access_key = test\n")
        platform = EmulatedPlatformSetup(
            transport: aws.transport,
            localStack: localStack,
            moto: moto,
            region: region
        )
        keyArn = try await platform.makeKey()
        try await platform.makeBucket(bucket)
        try await platform.makeTable(table)
        settings = StageSettings(
            catalogueDirectory: Self.checkout + "/Config/catalogue",
            environmentsDirectory: folder.path,
            kmsKey: keyArn,
            artifactsBucket: bucket,
            stateBucket: bucket,
            inventoryTable: table,
            parameterPrefix: "/" + name,
            terraformDirectory: folder.path + "/terraform",
            packerGrace: .seconds(5),
            terraformGrace: .seconds(5),
            toolCredentials: .profile(name: "test", file: folder.path + "/aws"),
            toolEnvironment: [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_ENDPOINT_URL_S3": localStack,
                "PKR_VAR_ec2_endpoint": moto,
                "TF_VAR_endpoint": "http://127.0.0.1:9/",
            ]
        )
    }

    /// Lets the demo's stand-in auditor, which needs a python3 with YAML, audit.
    mutating func useStandInAuditor() {
        settings.auditor = Self.checkout + "/Config/demo/stand-in-auditor"
        let python = ProcessInfo.processInfo.environment["BUILDERD_TEST_PYTHON"] ?? "/usr/bin/python3"
        let path = settings.toolEnvironment["PATH"] ?? ""
        settings.toolEnvironment["PATH"] =
            python.split(separator: "/").dropLast().map { "/" + $0 }.joined() + ":" + path
    }

    /// The checkout's folder, also where the tests are reached through a symbolic link.
    static var checkout: String {
        var folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path.count > 1, !FileManager.default.fileExists(atPath: folder.path + "/Config/catalogue") {
            folder = folder.deletingLastPathComponent()
        }
        return folder.path
    }

    var environment: StageEnvironment { StageEnvironment(aws: aws, settings: settings) }

    func head(account: String = "000000000000") -> SectionHead {
        SectionHead(
            applicationId: "hello",
            environment: "demo",
            version: version,
            accountId: account,
            tags: ["owner": "team", "costCenter": "42"]
        )
    }

    /// Writes a section of `stage`, a new version of the one parameter that all releases here share.
    func put(_ section: some Encodable, for stage: Stage) async throws -> ParameterReference {
        let parameter = "/\(name)/\(stage.rawValue)"
        let version = try await SSMClient(aws).putParameter(
            name: parameter,
            value: String(decoding: try JSONEncoder().encode(section), as: UTF8.self),
            keyID: keyArn,
            overwrite: true
        )
        return ParameterReference(name: parameter, version: version)
    }

    /// Writes the stage's section, runs it as a task of its own, and decodes what it returns.
    func run<Output: Decodable>(
        _ handler: some StageHandler,
        as stage: Stage,
        section: some Encodable,
        _ type: Output.Type,
        action: TaskHeader.Action = .run
    ) async throws -> Output {
        let context = try await context(of: stage, section: section, action: action)
        return try JSONDecoder().decode(type, from: Data(try await handler.run(context).utf8))
    }

    /// A task of its own for `stage`, whose section is written.
    func context(
        of stage: Stage,
        section: some Encodable,
        action: TaskHeader.Action = .run
    ) async throws -> TaskContext {
        let reference = try await put(section, for: stage)
        let id = String(UInt64.random(in: .min ... .max), radix: 16)
        let workspace = folder.path + "/" + id
        try FileManager.default.createDirectory(
            atPath: workspace,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        try LeaseFile.write("\(workspace)/\(LeaseFile.name)", deadline: .seconds(1 << 40))
        let redactor = try TaskRedactor(workspace: workspace)
        return TaskContext(
            id: id,
            stage: stage.rawValue,
            header: TaskHeader(
                action: action,
                execution: execution,
                entered: entered,
                enteredMilliseconds: 1_781_524_800_000,
                attempt: 0,
                heartbeat: .seconds(300),
                timeout: .seconds(7200),
                application: "hello"
            ),
            input: try envelope(stage, action, reference),
            workspace: workspace,
            redactor: redactor,
            logger: aws.logger,
            runtime: SupervisedTaskRuntime(workspace: workspace, redactor: redactor, logger: aws.logger)
        )
    }

    private func envelope(
        _ stage: Stage,
        _ action: TaskHeader.Action,
        _ reference: ParameterReference
    ) throws -> String {
        let prepared = PreProvisionOutput(
            applicationId: "hello",
            environment: "demo",
            version: version,
            accountId: "000000000000",
            parameters: parameters.merging([stage.rawValue: reference]) { $1 },
            manifestSHA256: "00",
            entered: entered
        )
        let own = "\"preProvision\":" + String(decoding: try JSONEncoder().encode(prepared), as: UTF8.self)
        let earlier = outputs.map { "\"\($0.key.rawValue)\":\($0.value)" }
        return """
            {"schema":1,"action":"\(action.rawValue)","stage":"\(stage.rawValue)","execution":"\(execution)",
            "entered":"\(entered)","attempt":0,"heartbeatSeconds":300,"timeoutSeconds":7200,
            "release":{"applicationId":"hello","environment":"demo","version":"\(version)","manifest":"s3://\(bucket)/hello.yaml"},
            "stages":{\(([own] + earlier).joined(separator: ","))}}
            """
    }

    static let bakery =
        #"{"imageId":"ami-0123456789abcdef0","imageName":"n","region":"eu-central-1","snapshotIds":[],"encrypted":true,"sharedWith":[]}"#
}

/// Runs every step directly; tools run under the supervisor, as the daemon has them.
struct SupervisedTaskRuntime: TaskRuntime {
    let workspace: String
    let redactor: TaskRedactor
    let logger: Logger

    func step<Inputs: Encodable & Sendable, Result: Codable & Sendable>(
        _ name: String,
        inputs: Inputs,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result { try await body() }

    func ephemeral<Result: Sendable>(
        _ name: String,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result { try await body() }

    func tool(_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit {
        let tools = workspace + "/tools"
        try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
        let runner = ToolRunner(
            supervisor: SupervisorCommand(path: BuiltProduct.builderd, arguments: ["supervise"]),
            containment: .detect()
        )
        return try await SupervisedTools(runner: runner, searchPath: invocation.environment["PATH"] ?? "").run(
            invocation,
            folder: tools + "/" + name,
            context: ToolRunContext(name: name, redactor: redactor, logger: logger, workspace: workspace)
        )
    }
}
