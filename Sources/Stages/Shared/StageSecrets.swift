package import ActivityWorker
package import AWSClient
package import Pipeline

/// Secrets of a stage: resolved at the last moment, known to the redactor before anything else sees them, never recorded.
package enum StageSecrets {
    /// The values by variable name, read from Parameter Store, all of them added to the redactor first.
    ///
    /// - Parameter configuration: as whom they are read.
    /// - Throws: `TaskFailure` `AWS.…` when one cannot be read, `Builder.InputInvalid` when one is too short to be redacted; either names
    ///   the reference, never the value.
    package static func resolve(
        _ references: [SecretReference],
        for stage: Stage,
        in context: TaskContext,
        with configuration: AWSConfiguration
    ) async throws -> [String: String] {
        let wanted = references.filter { $0.stages.isEmpty || $0.stages.contains(stage) }
        guard !wanted.isEmpty else { return [:] }
        return try await context.ephemeral("secrets") {
            let parameters = SSMClient(configuration)
            var values: [String: String] = [:]
            for reference in wanted {
                values[reference.name] = try await AWSCall.run(
                    "reading the secret \(reference.parameter)",
                    step: "secrets"
                ) {
                    try await parameters.getParameter(name: reference.parameter, version: reference.version).value
                }
            }
            for reference in wanted {
                guard let value = values[reference.name] else { continue }
                do {
                    try context.redactor.add(secrets: [value])
                } catch var failure as TaskFailure {
                    failure.message = "The secret \(reference.name) (\(reference.parameter)): \(failure.message)"
                    throw failure
                }
            }
            return values
        }
    }
}
