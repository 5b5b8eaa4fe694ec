import AWSClient
import ActivityWorker
import FoundationEssentials
import Pipeline

/// One build with Packer in the task's workspace: the template's copy, its variables, `init`, `validate`, `build`.
struct PackerBuild: Sendable {
    let context: TaskContext
    let environment: StageEnvironment
    let section: BakerySection
    let tags: ImageTags
    let kmsKey: String

    private var settings: StageSettings { environment.settings }
    private var folder: String { context.workspace + "/packer" }
    private var variableFile: String { context.workspace + "/builderd.pkrvars.json" }

    /// The file with `required_plugins`, which Packer before 1.7 refuses.
    static let pluginsFile = "required_plugins.pkr.hcl"
    /// The first version with plugins of their own.
    static let firstWithPlugins = ToolVersion(1, 7)

    /// Runs the build.
    ///
    /// - Returns: the image's id if Packer printed an artifact of this region; the image is there all the same if a post-processor
    ///   took the artifact over, so that the caller looks for it by tag.
    func run() async throws -> String? {
        let surroundings = try await ToolSurroundings.made(in: context, environment: environment, role: nil)
        let version = try await version(surroundings)
        // Not done again under a Packer that outlived the daemon.
        _ = try await context.step("prepare", inputs: [section.template, "\(version)", tags.imageName, kmsKey]) {
            try await prepare(version)
            return true
        }
        if version >= Self.firstWithPlugins {
            let exit = try await packer("packer-init", ["init", "."], surroundings)
            guard exit.status == 0 else { throw invalid("packer init", "packer-init", exit) }
        }
        let validated = try await packer(
            "packer-validate",
            ["validate", "-var-file=\(variableFile)", "."],
            surroundings
        )
        guard validated.status == 0 else { throw invalid("packer validate", "packer-validate", validated) }
        let options = ["-machine-readable", "-color=false", "-timestamp-ui", "-on-error=cleanup"]
        let built = try await packer(
            "packer-build",
            ["build"] + options + ["-var-file=\(variableFile)", "."],
            surroundings,
            form: .packerMachineReadable
        )
        let output = try Self.output(built)
        guard built.status == 0, (output.errorCount ?? 0) == 0 else { throw failed(built, output) }
        return output.artifacts.last { $0.images[environment.aws.region] != nil }?.images[environment.aws.region]
    }

    private func version(_ surroundings: ToolSurroundings) async throws -> ToolVersion {
        var arguments = surroundings.invocation(
            settings.packer,
            ["version"],
            in: context.workspace,
            settings.packerGrace
        )
        arguments.stop = ToolStopPolicy(grace: .seconds(5))
        let exit = try await ToolRun.run("packer-version", arguments, in: context)
        guard exit.status == 0, let version = ToolVersion(in: OutputFile.tail(exit.standardOutput)) else {
            throw TaskFailure(
                .builderToolMissing,
                message: "\(settings.packer) does not answer `packer version` with a version.",
                next: "Install Packer on the builder host, or correct tools.packer.path in builderd.yaml.",
                step: "packer-version",
                detail: ToolRun.detail(exit, context)
            )
        }
        return version
    }

    /// Copies the template and the Chef policy, and writes the variables. Secrets stand only in the variables' file, 0600.
    private func prepare(_ version: ToolVersion) async throws {
        let catalogue = CatalogueFolder(
            directory: settings.catalogueDirectory + "/packer",
            noun: "Packer template",
            failure: .bakeryTemplateInvalid
        )
        try catalogue.copy(
            section.template,
            to: folder,
            skipping: version < Self.firstWithPlugins ? [Self.pluginsFile] : []
        )
        let declared = try DeclaredVariables.names(in: folder, suffixes: [".pkr.hcl"])
        try checkDemands(declared)
        var own = ownVariables()
        if let chef = section.chef { own.merge(try prepare(chef)) { $1 } }
        let variables = VariableSet(
            declared: declared,
            subject: "The Packer template \"\(section.template)\"",
            failure: .bakeryVariableUndeclared
        )
        let secrets = try await StageSecrets.resolve(section.secrets, for: .bakery, in: context, with: environment.aws)
        try PrivateFile.write(
            json: variables.values(own: own, manifest: section.variables, secrets: secrets),
            to: variableFile
        )
    }

    /// A template that takes no packages, or no policy, would leave them out without a word.
    private func checkDemands(_ declared: Set<String>) throws {
        for demand in PackerVariables.demands(of: section) where !declared.contains(demand.variable) {
            throw TaskFailure(
                .bakeryVariableUndeclared,
                message:
                    "The manifest asks for \(demand.noun), and the Packer template \"\(section.template)\" takes none.",
                next:
                    "Choose another template, or declare the variable \(demand.variable) in this one and use it.",
                step: "variables"
            )
        }
    }

    private func ownVariables() -> [String: JSONValue] {
        PackerVariables.own(
            section,
            imageName: tags.imageName,
            kmsKey: kmsKey,
            region: environment.aws.region,
            execution: tags.execution,
            task: context.id
        )
    }

    /// Copies the policy beside the template and returns the variables that lead to it.
    private func prepare(_ chef: ChefSpec) throws -> [String: JSONValue] {
        let policies = CatalogueFolder(
            directory: settings.catalogueDirectory + "/chef",
            noun: "Chef policy",
            failure: .bakeryTemplateInvalid
        )
        let target = context.workspace + "/chef"
        try policies.copy(chef.policy, to: target)
        let attributes = context.workspace + "/chef-attributes.json"
        try PrivateFile.write(json: JSONValue.object(chef.attributes), to: attributes)
        return PackerVariables.chef(policy: target, attributes: attributes)
    }

    private func packer(
        _ name: String,
        _ arguments: [String],
        _ surroundings: ToolSurroundings,
        form: ToolOutputForm = .text
    ) async throws -> ToolExit {
        var invocation = surroundings.invocation(settings.packer, arguments, in: folder, settings.packerGrace)
        invocation.outputForm = form
        return try await ToolRun.run(name, invocation, in: context)
    }

    static func output(_ exit: ToolExit) throws -> PackerMachineOutput {
        var output = PackerMachineOutput()
        try OutputFile.read(exit.standardOutput) { output.take($0) }
        output.finish()
        return output
    }

    private func invalid(_ command: String, _ step: String, _ exit: ToolExit) -> TaskFailure {
        TaskFailure(
            .bakeryTemplateInvalid,
            message: "\(command) refuses the template \"\(section.template)\".",
            next:
                "Correct the template in \(settings.catalogueDirectory)/packer/\(section.template), or the manifest's variables.",
            step: step,
            detail: ToolRun.detail(exit, context)
        )
    }

    private func failed(_ exit: ToolExit, _ output: PackerMachineOutput) -> TaskFailure {
        let errors = output.errors.isEmpty ? output.complaints : output.errors
        return TaskFailure(
            .bakeryBuildFailed,
            message: context.redactor.redact(
                "Packer could not build the image: \(errors.first ?? "it printed no error")."
            ).trimmed,
            next:
                "Correct what the errors name (the template, its provisioners, the role's permissions), then redrive the execution.",
            step: "packer-build",
            detail: errors.isEmpty
                ? ToolRun.detail(exit, context, form: .packerMachineReadable)
                : context.redactor.redact(errors.joined(separator: "\n"))
        )
    }
}
