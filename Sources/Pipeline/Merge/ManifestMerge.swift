/// Joins a manifest with its environment's configuration and its release into the sections of the stages.
///
/// The manifest wins over the environment's defaults, except at locked paths, where it may say nothing. Profiles are joined: the
/// environment's first. A manifest that does not fit the environment or the release is refused with every problem at once.
package struct ManifestMerge: Sendable {
    let manifest: ApplicationManifest
    let node: DocumentNode
    let environment: EnvironmentConfiguration
    let release: Release
    private let document: String

    /// A merge of these.
    ///
    /// - Parameters:
    ///   - node: the document as it was written, for what it says itself and in which line; `manifest` may have more, by defaults.
    ///   - document: what problems call the manifest.
    package init(
        manifest: ApplicationManifest,
        node: DocumentNode,
        environment: EnvironmentConfiguration,
        release: Release,
        document: String = "manifest"
    ) {
        self.manifest = manifest
        self.node = node
        self.environment = environment
        self.release = release
        self.document = document
    }

    /// The sections.
    ///
    /// - Parameter others: problems of the manifest that were found elsewhere, to be told together with those found here.
    package func sections(besides others: [DocumentProblem] = []) throws(DocumentProblems) -> MergedSections {
        var collector = ProblemCollector()
        checkRelease(into: &collector)
        checkAccount(into: &collector)
        checkLocks(into: &collector)
        checkSecrets(into: &collector)
        others.forEach { collector.add($0) }
        try collector.throwIfAny(document: document)
        let (spec, defaults, head) = (manifest.spec, environment.defaults, head)
        return MergedSections(
            bakery: BakerySection(
                head: head,
                template: spec.image.template,
                source: spec.image.source,
                chef: spec.image.chef,
                variables: defaults.image.variables.merging(spec.image.variables) { _, own in own },
                packages: spec.image.packages,
                secrets: spec.secrets.filter { $0.stages.contains(.bakery) }
            ),
            provision: ProvisionSection(
                head: head,
                module: spec.infrastructure.module,
                variables: defaults.infrastructure.variables.merging(spec.infrastructure.variables) { _, own in own },
                secrets: spec.secrets.filter { $0.stages.contains(.provision) }
            ),
            validation: ValidationSection(
                head: head,
                profiles: defaults.validation.profiles
                    + spec.validation.profiles.filter { !defaults.validation.profiles.contains($0) },
                inputs: defaults.validation.inputs.merging(spec.validation.inputs) { _, own in own },
                waivers: spec.validation.waivers
            ),
            postProvision: PostProvisionSection(
                head: head,
                smokeTests: spec.release.smokeTests,
                logGroups: spec.logging.groups,
                retentionDays: spec.logging.retentionDays ?? defaults.logging.retentionDays
            )
        )
    }

    private var head: SectionHead {
        let metadata = manifest.metadata
        return SectionHead(
            applicationId: metadata.applicationId,
            environment: release.environment,
            version: release.version,
            accountId: metadata.accountId,
            tags: [
                "applicationId": metadata.applicationId,
                "environment": release.environment,
                "version": release.version,
                "owner": metadata.owner,
                "costCenter": metadata.costCenter,
                "dataClass": metadata.dataClass,
            ],
            access: environment.accounts[metadata.accountId].flatMap { entry in
                entry.roleArn.map { AccountAccess(roleArn: $0, externalId: entry.externalId) }
            }
        )
    }
}
