import AWSClient
import ActivityWorker
import Pipeline

extension ProvisionStage {
    /// Copies the module and writes the backend's declaration and the variables beside it. Secrets stand only in the variables'
    /// file, 0600.
    func prepare(
        _ section: ProvisionSection,
        _ input: StageInput,
        _ backend: StateBackend,
        _ context: TaskContext,
        isDestroy: Bool
    ) async throws {
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
            own: try own(section, input, isDestroy: isDestroy),
            manifest: section.variables,
            secrets: secrets
        )
        try PrivateFile.write(StateBackend.declaration, to: folder + "/" + StateBackend.declarationFile)
        try PrivateFile.write(json: values, to: folder + "/builderd.auto.tfvars.json")
    }

    /// What the stage itself gives. A roll back may come before Bakery had an image: then what is destroyed never had one either.
    private func own(
        _ section: ProvisionSection,
        _ input: StageInput,
        isDestroy: Bool
    ) throws -> [String: JSONValue] {
        let hasImage = !isDestroy || input.envelope.stages[.bakery] != nil
        let imageID = hasImage ? try input.output(of: .bakery, as: BakeryOutput.self).imageId : ""
        return [
            "application_id": .string(section.head.applicationId),
            "environment": .string(section.head.environment),
            "release_version": .string(section.head.version),
            "image_id": .string(imageID),
            "region": .string(environment.aws.region),
            "tags": .object(section.head.tags.mapValues { .string($0) }),
        ]
    }
}
