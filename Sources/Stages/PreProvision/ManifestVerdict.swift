import ActivityWorker
import Pipeline

/// Joins a fetched manifest with the environment, the rules and the release, and judges it: nothing has been written yet.
///
/// In this order, as each needs the one before: the environment and the rules can be read, the manifest keeps its schema, it fits the
/// environment, the release and the catalogue, and no rule refuses it. Each says all that is wrong at once, the last two together.
struct ManifestVerdict: Sendable {
    let environments: EnvironmentFiles
    let rules: RuleFiles
    let catalogue: CatalogueCheck

    /// The sections.
    ///
    /// - Throws: `PreProvision.EnvironmentInvalid`, `RulesInvalid`, `ManifestInvalid`, `RuleDenied`.
    func sections(of fetched: FetchedManifest, for release: Release) throws -> Result {
        let environment = try environments.configuration(of: release.environment)
        let found = try rules.rules()
        let ruleSet = found ?? .none
        let written: DocumentNode
        let plain: ApplicationManifest
        do {
            written = try fetched.node()
            plain = try ApplicationManifest(document: written, named: fetched.name)
        } catch {
            throw Self.invalid(error)
        }
        let subject = RuleSubject(of: plain, environment: release.environment)
        let manifest = try withDefaults(written, ruleSet, subject)
        let denials = ruleSet.denials(in: written, for: subject)
        let compared = catalogue.outcome(of: manifest, written: written, in: environment)
        let sections: MergedSections
        do {
            sections = try ManifestMerge(
                manifest: manifest,
                node: written,
                environment: environment,
                release: release,
                document: fetched.name
            ).sections(besides: compared.problems)
        } catch {
            throw Self.invalid(error, besides: denials)
        }
        guard denials.isEmpty else {
            throw Self.denied(RuleDenials(document: fetched.name, denials: denials))
        }
        return Result(
            accountId: manifest.metadata.accountId,
            sections: try sections.documents(),
            hasRules: found != nil,
            unchecked: compared.unchecked
        )
    }

    /// What the merge returned.
    struct Result: Codable, Sendable {
        /// The application's account.
        var accountId: String
        /// The sections as they are stored.
        var sections: [SectionDocument]
        /// Whether the host has a folder of rules.
        var hasRules: Bool
        /// Folders of the catalogue that the host does not have, so that nothing was compared with them.
        var unchecked: [String]
    }

    /// What the rules' defaults make of a manifest that is right without them must be right too.
    private func withDefaults(
        _ written: DocumentNode,
        _ ruleSet: RuleSet,
        _ subject: RuleSubject
    ) throws -> ApplicationManifest {
        do {
            let node = try ruleSet.withDefaults(written, for: subject)
            return try ApplicationManifest(document: node, named: "manifest with the defaults of the rules")
        } catch let conflict as RuleConflict {
            throw TaskFailure(
                .preProvisionRulesInvalid,
                message: conflict.description,
                next:
                    "Give one of the two rules in \(rules.directory) a closer subject, or remove it; then redrive the execution.",
                step: "merge"
            )
        } catch let problems as DocumentProblems {
            throw TaskFailure(
                .preProvisionRulesInvalid,
                message: "The manifest is right, and what the default rules in \(rules.directory) add to it is not: "
                    + problems.summary,
                next: "Correct the default rules for the paths in `detail`, then redrive the execution.",
                step: "merge",
                detail: problems.rendered
            )
        }
    }

    /// - Parameter denials: what the rules refuse too, so that its author need not come back for it.
    private static func invalid(_ problems: DocumentProblems, besides denials: [RuleDenial] = []) -> TaskFailure {
        var detail = problems.rendered
        if !denials.isEmpty {
            let refused = RuleDenials(document: problems.document, denials: denials)
            detail += "\nThe platform's rules refuse besides:\n\(refused.rendered)"
        }
        return TaskFailure(
            .preProvisionManifestInvalid,
            message: problems.summary,
            next: "Correct the manifest as the list in `detail` says, and release again.",
            step: "merge",
            detail: detail
        )
    }

    private static func denied(_ denials: RuleDenials) -> TaskFailure {
        TaskFailure(
            .preProvisionRuleDenied,
            message: denials.summary,
            next:
                "Change the manifest as the list in `detail` says, or ask the owners of the rules that it names; then release again.",
            step: "merge",
            detail: denials.rendered
        )
    }
}
