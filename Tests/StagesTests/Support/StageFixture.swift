import ActivityWorker
import FoundationEssentials
import Logging
import Pipeline
import Stages
import Synchronization
import TestSupport
import ToolSupervisor

/// One stage under test: a catalogue and a workspace of its own, AWS in memory, and tools that are shell scripts standing in for
/// Packer, Terraform and the auditor, run by the real supervisor.
struct StageFixture {
    static let execution =
        "arn:aws:states:eu-central-1:000000000000:execution:release:hello-demo-0123456789abcdef01234567"
    static let accountOfApplication = "111122223333"

    let cloud = ScriptedCloud()
    let folder: TemporaryFolder
    let redactor = RecordingRedactor()
    let runtime: InMemoryTaskRuntime
    /// Stages that have run before, as JSON by stage.
    var outputs: [Stage: String] = [:]
    /// When the stage, and Pre Provision before it, were entered.
    var entered = "2026-06-15T12:00:00.000Z"
    var preProvisionEntered: String? = "2026-06-15T11:00:00.000Z"
    var settings: StageSettings

    /// A fixture whose tools are `script`, which is given the tool's arguments; `afterTool` runs when one has ended.
    private static let runner = ToolRunner(
        supervisor: SupervisorCommand(path: BuiltProduct.builderd, arguments: ["supervise"]),
        containment: .descendants
    ) { try? await Task.sleep(for: .milliseconds(10)) }

    init(script: String, afterTool: @escaping @Sendable (_ name: String) -> Void = { _ in }) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        try folder.write("tool", "#!/bin/sh\n" + script + "\n")
        try folder.write("workspace/.keep", "")
        try folder.write("aws", "[profile base]\naws_access_key_id = test\naws_secret_access_key = test\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/tool")
        let ended = Ended()
        runtime = InMemoryTaskRuntime { name, invocation in
            if let exit = ended.byName.withLock({ $0[name] }) { return exit }
            let spec = ToolSpec(
                executable: invocation.executable,
                arguments: invocation.arguments,
                environment: invocation.environment,
                workingDirectory: invocation.workingDirectory,
                grace: invocation.stop.grace
            )
            let tools = folder.path + "/workspace/tools"
            try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
            let end = try await Self.runner.run(spec, folder: tools + "/" + name, redactor: Redactor()) { _, _ in }
            afterTool(name)
            let exit = ToolExit(
                status: end.status,
                signal: end.signal,
                stopped: end.wasStopped,
                standardOutput: end.standardOutput,
                standardError: end.standardError
            )
            ended.byName.withLock { $0[name] = exit }
            return exit
        }
        settings = StageSettings(
            catalogueDirectory: folder.path + "/catalogue",
            environmentsDirectory: folder.path,
            kmsKey: "alias/builderd",
            artifactsBucket: "artifacts",
            stateBucket: "state-bucket",
            inventoryTable: "inventory",
            terraformDirectory: folder.path + "/state/terraform",
            packer: folder.path + "/tool",
            terraform: folder.path + "/tool",
            auditor: folder.path + "/tool",
            toolCredentials: .profile(name: "base", file: folder.path + "/aws"),
            // Where the scripts keep what they were given.
            toolEnvironment: ["FIXTURE": folder.path, "PATH": "/usr/bin:/bin"]
        )
    }

    var workspace: String { folder.path + "/workspace" }
    var environment: StageEnvironment { StageEnvironment(aws: cloud.aws, settings: settings) }

    /// Puts the stage's section where Pre Provision would.
    func put(_ section: some Encodable, for stage: Stage) throws {
        let text = String(decoding: try JSONEncoder().encode(section), as: UTF8.self)
        cloud.change { $0.parameters["/builderd/\(stage.rawValue)"] = text }
    }

    /// The head of every section here.
    static func head(account: String = "000000000000", access: AccountAccess? = nil) -> SectionHead {
        SectionHead(
            applicationId: "hello",
            environment: "demo",
            version: "1.0.0",
            accountId: account,
            tags: ["owner": "team"],
            access: access
        )
    }

    /// Time that passes only by waiting.
    static func pace() -> StagePace {
        let seconds = Mutex<Double>(1_780_000_000)
        let box = Box(seconds: seconds)
        return StagePace(
            wait: { duration in box.seconds.withLock { $0 += Double(duration.components.seconds) } },
            now: { Date(timeIntervalSince1970: box.seconds.withLock { $0 }) }
        )
    }

    /// How tools ended, which the worker returns to a stage that runs again from its top.
    private final class Ended: Sendable {
        let byName = Mutex<[String: ToolExit]>([:])
    }

    private final class Box: Sendable {
        let seconds: Mutex<Double>
        init(seconds: consuming Mutex<Double>) { self.seconds = seconds }
    }

    /// Runs `handler` as `stage` and decodes what it returns.
    func run<Output: Decodable>(
        _ handler: some StageHandler,
        as stage: Stage,
        _ type: Output.Type,
        action: TaskHeader.Action = .run
    ) async throws -> Output {
        let text = try await handler.run(try context(stage, action))
        return try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    /// The context of a task of `stage`, over this fixture's runtime or another.
    func context(
        _ stage: Stage,
        _ action: TaskHeader.Action = .run,
        runtime other: (any TaskRuntime)? = nil,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) throws -> TaskContext {
        .forTest(
            stage: stage.rawValue,
            input: try envelope(stage, action),
            runtime: other ?? runtime,
            workspace: workspace,
            action: action,
            redactor: redactor,
            logger: logger
        )
    }

    private func envelope(_ stage: Stage, _ action: TaskHeader.Action) throws -> String {
        let prepared = PreProvisionOutput(
            applicationId: "hello",
            environment: "demo",
            version: "1.0.0",
            accountId: "000000000000",
            parameters: [stage.rawValue: ParameterReference(name: "/builderd/\(stage.rawValue)", version: 1)],
            manifestSHA256: "00",
            entered: preProvisionEntered
        )
        let own = ["\"preProvision\":" + String(decoding: try JSONEncoder().encode(prepared), as: UTF8.self)]
        let earlier = outputs.map { "\"\($0.key.rawValue)\":\($0.value)" }
        return """
            {"schema":1,"action":"\(action.rawValue)","stage":"\(stage.rawValue)","execution":"\(Self.execution)",
            "entered":"\(entered)","attempt":0,"heartbeatSeconds":300,"timeoutSeconds":7200,
            "release":{"applicationId":"hello","environment":"demo","version":"1.0.0","manifest":"s3://artifacts/hello.yaml",
            "requestedBy":"someone","build":"42"},"stages":{\((own + earlier).joined(separator: ","))}}
            """
    }

    /// Text of a file that the scripts or the stage left, below the fixture's folder.
    func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: folder.path + "/" + path)), as: UTF8.self)
    }

    /// The mode of a file below the fixture's folder, octal.
    func mode(_ path: String) throws -> String {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + path)
        return attributes[.posixPermissions].flatMap { Int("\($0)") }.map { String($0, radix: 8) } ?? ""
    }

    static let bakery =
        #"{"imageId":"ami-0123456789abcdef0","imageName":"n","region":"eu-central-1","snapshotIds":[],"encrypted":true,"sharedWith":[]}"#
    static let provision =
        #"{"action":"apply","outputs":{"vpc":"vpc-1"},"endpoint":"http://127.0.0.1:8080/","added":1,"changed":0,"removed":0,"state":"s3://b/k"}"#
    static let validation =
        #"{"profiles":[{"name":"base","controls":2,"passed":2,"failed":0,"skipped":0,"waived":0}],"controls":2,"passed":2,"failed":0,"skipped":0,"waived":0,"report":"s3://b/r"}"#
}
