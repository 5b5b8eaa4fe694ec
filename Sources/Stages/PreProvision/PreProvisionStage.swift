package import ActivityWorker
import AWSClient
import FoundationEssentials
import Pipeline

/// Pre Provision: reads and validates the manifest, joins it with the environment's configuration and the release, and writes one
/// section per later stage as a SecureString under the customer's KMS key.
///
/// Steps: `manifest`, `merge`, `parameters:<section>`. Run again for the same execution it writes nothing that is there already.
/// Failures: `PreProvision.ManifestNotFound`, `PreProvision.ManifestInvalid`, `PreProvision.EnvironmentInvalid`,
/// `Builder.InputInvalid` and `AWS.*`.
package struct PreProvisionStage: StageHandler {
    private let manifests: ManifestFetch
    private let environments: EnvironmentFiles
    private let sections: SectionWriter

    /// The stage in this environment.
    package init(environment: StageEnvironment) {
        manifests = ManifestFetch(s3: S3Client(environment.aws))
        environments = EnvironmentFiles(directory: environment.settings.environmentsDirectory)
        sections = SectionWriter(environment: environment)
    }

    package func run(_ context: TaskContext) async throws -> String {
        let envelope = try context.envelope()
        let release = try envelope.requireRelease()
        let manifests = manifests
        let manifest = try await context.step("manifest", inputs: release.document) {
            try await manifests.fetch(release.manifest)
        }
        let environments = environments
        let inputs = MergeInputs(release: release.document, manifestSHA256: manifest.sha256)
        let merged = try await context.step("merge", inputs: inputs) {
            try Self.merge(manifest, release, environments)
        }
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

    private static func merge(
        _ fetched: FetchedManifest,
        _ release: Release,
        _ environments: EnvironmentFiles
    ) throws -> MergedManifest {
        let environment = try environments.configuration(of: release.environment)
        let manifest: ApplicationManifest
        let sections: MergedSections
        do {
            let node = try fetched.node()
            manifest = try ApplicationManifest(document: node, named: fetched.name)
            sections = try ManifestMerge(
                manifest: manifest,
                node: node,
                environment: environment,
                release: release,
                document: fetched.name
            ).sections()
        } catch {
            throw TaskFailure(
                .preProvisionManifestInvalid,
                message: error.summary,
                next: "Correct the manifest as the list in `detail` says, and release again.",
                step: "merge",
                detail: error.rendered
            )
        }
        return MergedManifest(accountId: manifest.metadata.accountId, sections: try sections.documents())
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

/// What the merge returned.
private struct MergedManifest: Codable, Sendable {
    var accountId: String
    var sections: [SectionDocument]
}
