import AWSClient
import ActivityWorker
import Pipeline

extension ProvisionStage {
    /// Copies the module and writes the backend's declaration and the variables beside it. Secrets stand only in the variables'
    /// file, 0600.
    func prepare(
        _ target: ProvisionTarget,
        _ backend: StateBackend,
        _ context: TaskContext
    ) async throws {
        let section = target.section
        let folder = context.workspace + "/terraform"
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
