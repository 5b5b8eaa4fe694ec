import AWSClient
import ActivityWorker
import Pipeline

extension ProvisionStage {
    /// What was found in the module's copy before Terraform wrote into it.
    struct Prepared: Sendable, Codable {
        /// Whether it has a lock file of its own, which pins its providers.
        var hasPins: Bool
    }

    /// Where the module's copy is.
    static func folder(in workspace: String) -> String { workspace + "/terraform" }

    /// Where the backend's values are.
    static func backendFile(in workspace: String) -> String { workspace + "/builderd.tfbackend.json" }

    /// Copies the module and writes the backend's declaration and the variables beside it. Secrets stand only in the variables'
    /// file, 0600. A step: Terraform may be at work in the copy when the stage runs again from its top.
    func prepare(
        _ target: ProvisionTarget,
        _ backend: StateBackend,
        _ context: TaskContext
    ) async throws -> Prepared {
        let inputs = [target.section.module, target.imageID, backend.uri, backend.kmsKey]
        return try await context.step("prepare", inputs: inputs) { try await copy(target, backend, context) }
    }

    private func copy(_ target: ProvisionTarget, _ backend: StateBackend, _ context: TaskContext) async throws
        -> Prepared
    {
        let section = target.section
        let folder = Self.folder(in: context.workspace)
        let catalogue = CatalogueFolder(
            directory: environment.settings.catalogueDirectory + "/terraform",
            noun: "Terraform module",
            failure: .provisionModuleInvalid
        )
        try catalogue.copy(section.module, to: folder)
        let declared = try DeclaredVariables.names(in: folder, suffixes: [".tf", ".tofu"])
        let variables = VariableSet(
            declared: declared,
            subject: "The Terraform module \"\(section.module)\"",
            failure: .provisionVariableUndeclared
        )
        let secrets = try await StageSecrets.resolve(
            section.secrets,
            for: .provision,
            in: context,
            with: environment.aws
        )
        let values = try variables.values(
            own: Self.own(section.head, imageID: target.imageID, region: environment.aws.region),
            manifest: section.variables,
            secrets: secrets
        )
        try PrivateFile.write(StateBackend.declaration, to: folder + "/" + StateBackend.declarationFile)
        try PrivateFile.write(json: values, to: folder + "/builderd.auto.tfvars.json")
        try PrivateFile.write(json: backend.configuration, to: Self.backendFile(in: context.workspace))
        return Prepared(hasPins: OutputFile.exists(folder + "/.terraform.lock.hcl"))
    }

    /// What the stage itself gives to every module.
    static func own(_ head: SectionHead, imageID: String, region: String) -> [String: JSONValue] {
        [
            "application_id": .string(head.applicationId),
            "environment": .string(head.environment),
            "release_version": .string(head.version),
            "image_id": .string(imageID),
            "region": .string(region),
            "tags": .object(head.tags.mapValues { .string($0) }),
        ]
    }
}
