import AWSClient
package import ActivityWorker
import Pipeline

/// Applies the release's infrastructure with Terraform: plan, check of the plan, apply of that very plan. Rolls back the same way:
/// to the last release that was completed, or, where there was none, to no stack.
///
/// It acts in the application's account where the environment names a role; the state stays the builder's.
package struct ProvisionStage: StageHandler {
    let environment: StageEnvironment
    let host: HostIdentity
    private let lockTimeout: Duration
    let pace: StagePace

    /// Largest plan that is read.
    static let mostPlanBytes = 256 * 1024 * 1024
    /// Largest document of outputs that is read.
    static let mostOutputBytes = 8 * 1024 * 1024

    /// A stage in this environment.
    ///
    /// - Parameters:
    ///   - lockTimeout: how long Terraform tries to get the state's lock. Default 5 min.
    ///   - host: who this host's Terraform is to locks.
    package init(
        environment: StageEnvironment,
        lockTimeout: Duration = .seconds(300),
        host: HostIdentity = .current(),
        pace: StagePace = .real
    ) {
        self.environment = environment
        self.lockTimeout = lockTimeout
        self.host = host
        self.pace = pace
    }

    private var lockOption: String { "-lock-timeout=\(lockTimeout.components.seconds)s" }

    package func run(_ context: TaskContext) async throws -> String {
        let isRollBack = context.header.action == .destroy
        if !isRollBack { try context.requireAction(.run) }
        let input = try StageInput(context)
        let target = isRollBack ? try await rollBackTarget(input, context) : try await releaseTarget(input, context)
        do {
            return try JSONText.of(try await bringAbout(target, context))
        } catch let failure as TaskFailure {
            throw target.restored.map { Self.restoring($0, failure) } ?? failure
        }
    }

    private func releaseTarget(_ input: StageInput, _ context: TaskContext) async throws -> ProvisionTarget {
        ProvisionTarget(
            action: .apply,
            section: try await input.section(ProvisionSection.self, in: context, with: environment),
            imageID: try input.output(of: .bakery, as: BakeryOutput.self).imageId
        )
    }

    private func bringAbout(_ target: ProvisionTarget, _ context: TaskContext) async throws -> ProvisionOutput {
        let section = target.section
        let kmsKey = try await CustomerKey.arn(environment.settings.kmsKey, in: context, with: environment.aws)
        let backend = StateBackend(
            head: section.head,
            settings: environment.settings,
            region: environment.aws.region,
            kmsKey: kmsKey
        )
        let terraform = try await TerraformRun.made(
            in: context,
            environment: environment,
            role: section.head.access,
            folder: Self.folder(in: context.workspace)
        )
        try await terraform.checkVersion()
        let prepared = try await prepare(target, backend, context)
        try await initialise(terraform, prepared)
        try await validate(terraform)
        try await openLock(of: backend, before: "terraform-plan", context)
        try await noteLock(of: backend, context)
        try await plan(terraform, backend, isDestroy: target.isDestroy)
        let changes = try await apply(terraform, backend, isDestroy: target.isDestroy)
        let outputs = target.isDestroy ? nil : try await self.outputs(terraform)
        try await forgetLock(of: backend, context)
        return ProvisionOutput(
            action: target.action.rawValue,
            outputs: outputs?.visible ?? [:],
            endpoint: try outputs.map { try endpoint($0, module: section.module) },
            added: changes.add,
            changed: changes.change,
            removed: changes.remove,
            state: backend.uri,
            restored: target.restored
        )
    }

    private func initialise(_ terraform: TerraformRun, _ prepared: Prepared) async throws {
        let configuration = Self.backendFile(in: terraform.context.workspace)
        // A lock file of the module's own pins its providers: then what it does not name is refused.
        let pins = prepared.hasPins ? ["-lockfile=readonly"] : []
        let ended = try await terraform.run(
            "terraform-init",
            ["init", "-input=false", "-no-color", "-json"] + pins + ["-backend-config=\(configuration)"]
        )
        guard ended.exit.status == 0 else {
            throw failure(ended, .provisionInitFailed, "terraform init", "terraform-init", terraform)
        }
    }

    private func validate(_ terraform: TerraformRun) async throws {
        let name = "terraform-validate"
        let invocation = terraform.surroundings.invocation(
            environment.settings.terraform,
            ["validate", "-no-color", "-json"],
            in: terraform.folder,
            environment.settings.terraformGrace
        )
        let exit = try await ToolRun.run(name, invocation, in: terraform.context)
        guard exit.status != 0 else { return }
        let messages = TerraformMessages(
            validation: try OutputFile.whole(exit.standardOutput, limit: Self.mostOutputBytes)
        )
        throw TerraformFailure.of(
            messages,
            otherwise: .provisionModuleInvalid,
            command: "terraform validate",
            step: name,
            redact: terraform.context.redactor.redact
        )
    }

    /// Plans and refuses what the policy forbids, before anything is touched.
    private func plan(_ terraform: TerraformRun, _ backend: StateBackend, isDestroy: Bool) async throws {
        let options = [
            "-input=false", "-no-color", "-json", "-detailed-exitcode", lockOption, "-out=builderd.tfplan",
        ]
        let arguments = ["plan"] + (isDestroy ? ["-destroy"] : []) + options
        let ended = try await locking("terraform-plan", arguments, terraform, backend)
        guard ended.exit.status == 0 || ended.exit.status == 2 else {
            throw failure(ended, .provisionPlanFailed, "terraform plan", "terraform-plan", terraform)
        }
        let json = try await terraform.document(
            "terraform-show",
            ["show", "-no-color", "-json", "builderd.tfplan"],
            limit: Self.mostPlanBytes,
            failure: .provisionPlanFailed
        )
        let violations: [PlanViolation]
        do {
            let policy = PlanPolicy(hasDynamicIngress: try hasDynamicIngress(terraform))
            violations = policy.violations(in: try TerraformPlan(json: json))
        } catch let error as TerraformPlan.Unreadable {
            throw TaskFailure(
                .provisionPlanFailed,
                message: "The plan cannot be checked, so it is not applied: \(error.message)",
                next: "Install a Terraform whose plans this builderd reads.",
                step: "check-plan"
            )
        }
        guard violations.isEmpty else {
            throw TaskFailure(
                .provisionPlanDenied,
                message:
                    "The plan does \(violations.count == 1 ? "one thing" : "\(violations.count) things") that no stack may have; "
                    + "nothing was applied.",
                next:
                    "Change the module in the catalogue, or its variables in the manifest, so that the plan holds none of these.",
                step: "check-plan",
                detail: terraform.context.redactor.redact(violations.map(\.description).joined(separator: "\n"))
            )
        }
    }

    private func hasDynamicIngress(_ terraform: TerraformRun) throws -> Bool {
        let downloaded = terraform.context.workspace + "/terraform-data/modules"
        return try ModuleSource.hasDynamicIngress(in: terraform.folder)
            || (OutputFile.exists(downloaded) && ModuleSource.hasDynamicIngress(in: downloaded))
    }

    private func apply(
        _ terraform: TerraformRun,
        _ backend: StateBackend,
        isDestroy: Bool
    ) async throws -> TerraformMessages.Changes {
        let arguments = ["apply", "-input=false", "-no-color", "-json", lockOption, "builderd.tfplan"]
        let ended = try await locking("terraform-apply", arguments, terraform, backend)
        guard ended.exit.status == 0 else {
            let name: FailureName = isDestroy ? .provisionDestroyFailed : .provisionApplyFailed
            let command = isDestroy ? "terraform destroy" : "terraform apply"
            let failure = failure(ended, name, command, "terraform-apply", terraform)
            let state = ErroredState(
                terraform: terraform,
                environment: environment,
                locks: locks,
                place: S3ObjectLocation(bucket: backend.bucket, key: backend.key)
            )
            throw try await state.saved()?.told(in: failure, state: backend.uri) ?? failure
        }
        return ended.messages.changes ?? .none
    }

    private func outputs(_ terraform: TerraformRun) async throws -> TerraformOutputs {
        let json = try await terraform.document(
            "terraform-output",
            ["output", "-no-color", "-json"],
            limit: Self.mostOutputBytes,
            failure: .provisionApplyFailed
        )
        guard let outputs = TerraformOutputs(json: json) else {
            throw TaskFailure(
                .provisionApplyFailed,
                message: "terraform output printed no JSON object.",
                next: "Redrive the execution: an apply without changes prints the outputs again.",
                step: "terraform-output"
            )
        }
        // What is too short to be redacted cannot leave the host either: only visible outputs do.
        try terraform.context.redactor.add(secrets: outputs.secrets.filter { $0.trimmed.count >= 6 })
        return outputs
    }

    private func endpoint(_ outputs: TerraformOutputs, module: String) throws -> String {
        let found = outputs.visible["endpoint"]?.text
        if let found, TerraformOutputs.isEndpoint(found) { return found }
        let reason =
            found.map { "\"\($0)\" is not an http or https URL" }
            ?? (outputs.hidden.contains("endpoint") ? "it is sensitive" : "there is none")
        throw TaskFailure(
            .provisionEndpointMissing,
            message: "The stack was applied, but its output endpoint cannot be used: \(reason).",
            next:
                "Let the module \"\(module)\" have an output \"endpoint\" with the URL that smoke tests ask, not sensitive; "
                + "then release again with another `build`.",
            step: "terraform-output"
        )
    }

    private func failure(
        _ ended: TerraformRun.Ended,
        _ name: FailureName,
        _ command: String,
        _ step: String,
        _ terraform: TerraformRun
    ) -> TaskFailure {
        var failure = TerraformFailure.of(
            ended.messages,
            otherwise: name,
            command: command,
            step: step,
            redact: terraform.context.redactor.redact
        )
        if failure.detail == nil { failure.detail = ToolRun.detail(ended.exit, terraform.context) }
        return failure
    }
}
