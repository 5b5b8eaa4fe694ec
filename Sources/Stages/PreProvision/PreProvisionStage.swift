package import ActivityWorker
import AWSClient
import Logging
import Pipeline

/// Pre Provision: reads and validates the manifest, judges it by the platform's rules, joins it with the environment's configuration
/// and the release, and writes one section per later stage as a SecureString under the customer's KMS key.
///
/// Steps: `manifest`, `merge`, `parameters:<section>`. Run again for the same execution it writes nothing that is there already.
/// Failures: `PreProvision.ManifestNotFound`, `ManifestInvalid`, `EnvironmentInvalid`, `RulesInvalid`, `RuleDenied`,
/// `Builder.InputInvalid` and `AWS.*`.
package struct PreProvisionStage: StageHandler {
    private let manifests: ManifestFetch
    private let verdict: ManifestVerdict
    private let sections: SectionWriter
    private let settings: StageSettings

    /// The stage in this environment.
    package init(environment: StageEnvironment) {
        manifests = ManifestFetch(s3: S3Client(environment.aws))
        verdict = ManifestVerdict(
            environments: EnvironmentFiles(directory: environment.settings.environmentsDirectory),
            rules: RuleFiles(directory: environment.settings.rulesDirectory),
            catalogue: CatalogueCheck(directory: environment.settings.catalogueDirectory)
        )
        settings = environment.settings
        sections = SectionWriter(environment: environment)
    }

    package func run(_ context: TaskContext) async throws -> String {
        let envelope = try context.envelope()
        let release = try envelope.requireRelease()
        let manifests = manifests
        let manifest = try await context.step("manifest", inputs: release.document) {
            try await manifests.fetch(release.manifest)
        }
        let verdict = verdict
        let inputs = MergeInputs(release: release.document, manifestSHA256: manifest.sha256)
        let merged = try await context.step("merge", inputs: inputs) {
            try verdict.sections(of: manifest, for: release)
        }
        logWhatIsMissing(merged, context)
        var output = PreProvisionOutput(
            applicationId: release.applicationId,
            environment: release.environment,
            version: release.version,
            accountId: merged.accountId,
            parameters: [:],
            manifestSHA256: manifest.sha256,
            manifestVersionId: manifest.versionId,
            entered: envelope.entered
        )
        let sections = sections
        for section in merged.sections {
            let place = SectionPlace(release: release, execution: envelope.executionName, stage: section.stage)
            output.parameters[section.stage.rawValue] = try await context.step(
                "parameters:\(section.stage.rawValue)",
                inputs: SectionInputs(place: place, text: section.text)
            ) {
                try await sections.write(section.text, at: place)
            }
        }
        return try JSONText.of(output)
    }

    /// What this host does not have is not checked here; that must not pass in silence.
    private func logWhatIsMissing(_ merged: ManifestVerdict.Result, _ context: TaskContext) {
        if !merged.hasRules {
            context.logger.notice(
                "There is no folder of rules \(settings.rulesDirectory): services are denied, and nothing else is judged."
            )
        }
        if !merged.unchecked.isEmpty {
            context.logger.notice(
                "The manifest's names and variables were not compared with a catalogue: this host has no \(merged.unchecked.joined(separator: ", "))."
            )
        }
    }
}

/// What the merge depends on.
private struct MergeInputs: Encodable, Sendable {
    var release: JSONValue
    var manifestSHA256: String
}

/// What writing one section depends on.
private struct SectionInputs: Encodable, Sendable {
    var place: SectionPlace
    var text: String
}
