import ActivityWorker
import FoundationEssentials
import Pipeline

/// Runs Terraform's commands in the workspace's copy of the module.
struct TerraformRun: Sendable {
    let context: TaskContext
    let settings: StageSettings
    let surroundings: ToolSurroundings
    /// The module's copy.
    let folder: String

    /// The first version with `use_lockfile`.
    static let firstVersion = ToolVersion(1, 10)

    /// Commands in surroundings with Terraform's own variables. A plug-in directory or mirror comes in by `TF_CLI_CONFIG_FILE` of the
    /// configured tool environment, and only so.
    static func made(
        in context: TaskContext,
        environment: StageEnvironment,
        role: AccountAccess?,
        folder: String
    ) async throws -> TerraformRun {
        let surroundings = try await ToolSurroundings.made(in: context, environment: environment, role: role).adding([
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "TF_DATA_DIR": context.workspace + "/terraform-data",
        ])
        return TerraformRun(
            context: context,
            settings: environment.settings,
            surroundings: surroundings,
            folder: folder
        )
    }

    /// How one command ended, and what it said.
    struct Ended: Sendable {
        /// How it ended.
        var exit: ToolExit
        /// What it said, where it was asked for JSON.
        var messages: TerraformMessages
    }

    /// Runs one command as the step `name`, reading its standard output as JSON messages.
    func run(_ name: String, _ arguments: [String]) async throws -> Ended {
        var invocation = surroundings.invocation(settings.terraform, arguments, in: folder, settings.terraformGrace)
        // With it a plan that succeeds and has changes ends with 2.
        if arguments.contains("-detailed-exitcode") { invocation.successStatuses = [0, 2] }
        let exit = try await ToolRun.run(name, invocation, in: context)
        var messages = TerraformMessages()
        try OutputFile.read(exit.standardOutput) { messages.take($0) }
        messages.finish()
        if let interface = messages.unknownInterface {
            throw TaskFailure(
                .builderToolMissing,
                message:
                    "\(settings.terraform) speaks version \(interface) of its JSON output; this builderd reads 1.x.",
                next: "Install a Terraform 1.x, or a builderd that knows the newer one.",
                step: name
            )
        }
        return Ended(exit: exit, messages: messages)
    }

    /// Runs a command that prints one JSON document, and returns it. The document may hold sensitive values in clear, so it is not
    /// logged.
    ///
    /// - Parameter limit: most bytes.
    func document(_ name: String, _ arguments: [String], limit: Int, failure: FailureName) async throws -> [UInt8] {
        var invocation = surroundings.invocation(settings.terraform, arguments, in: folder, settings.terraformGrace)
        invocation.logsOutput = false
        let exit = try await ToolRun.run(name, invocation, in: context)
        guard exit.status == 0 else {
            throw TaskFailure(
                failure,
                message: "terraform \(arguments.prefix(2).joined(separator: " ")) failed.",
                next: "Read the detail, then release again with another `build`.",
                step: name,
                detail: context.redactor.redact(OutputFile.tail(exit.standardError))
            )
        }
        do {
            return try OutputFile.whole(exit.standardOutput, limit: limit)
        } catch let error as OutputFileError {
            throw TaskFailure(failure, message: "\(error)", next: "Make the module smaller: split it.", step: name)
        }
    }

    /// Refuses a Terraform that cannot lock the state.
    func checkVersion() async throws {
        let exit = try await ToolRun.run(
            "terraform-version",
            surroundings.invocation(settings.terraform, ["version"], in: context.workspace, .seconds(5)),
            in: context
        )
        let version = ToolVersion(in: OutputFile.tail(exit.standardOutput))
        guard exit.status == 0, let version, version >= Self.firstVersion else {
            let found = version.map { "is version \($0)" } ?? "does not answer `terraform version` with a version"
            throw TaskFailure(
                .builderToolMissing,
                message:
                    "\(settings.terraform) \(found); \(Self.firstVersion) or later is needed, which locks its state in S3.",
                next:
                    "Install Terraform \(Self.firstVersion) or later (or OpenTofu), or correct tools.terraform.path in builderd.yaml.",
                step: "terraform-version",
                detail: version == nil ? ToolRun.detail(exit, context) : nil
            )
        }
    }
}
