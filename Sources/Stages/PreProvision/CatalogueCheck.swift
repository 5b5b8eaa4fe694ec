import FoundationEssentials
import Pipeline

/// Compares what a manifest names with the catalogue on this host, so that a misspelt name is told before a long build and not after.
///
/// The stages check again what they use: another host may have another catalogue.
struct CatalogueCheck: Sendable {
    /// Directory of `packer/ chef/ terraform/ inspec/`.
    let directory: String

    /// What was found.
    struct Outcome: Sendable {
        /// What the catalogue does not have or take.
        var problems: [DocumentProblem] = []
        /// Folders that this host does not have or cannot read, so that nothing was compared with them.
        var unchecked: [String] = []
    }

    /// Compares `manifest`.
    ///
    /// - Parameters:
    ///   - written: the document as it was written, for lines and to tell the manifest's own word from defaults.
    ///   - environment: whose defaults are joined with the manifest's variables and profiles.
    func outcome(
        of manifest: ApplicationManifest,
        written: DocumentNode,
        in environment: EnvironmentConfiguration
    ) -> Outcome {
        guard isFolder(directory) else { return Outcome(unchecked: [directory]) }
        var outcome = Outcome()
        image(manifest, written, environment, &outcome)
        infrastructure(manifest, written, environment, &outcome)
        profiles(manifest, written, environment, &outcome)
        return outcome
    }

    private func image(
        _ manifest: ApplicationManifest,
        _ written: DocumentNode,
        _ environment: EnvironmentConfiguration,
        _ outcome: inout Outcome
    ) {
        let spec = manifest.spec.image
        if let chef = spec.chef {
            let path = "spec.image.chef.policy"
            outcome.problems += missing(
                chef.policy,
                .chef,
                path,
                written["spec"]?["image"]?["chef"]?["policy"],
                &outcome
            )
        }
        let template = written["spec"]?["image"]?["template"]
        let problems = missing(spec.template, .packer, "spec.image.template", template, &outcome)
        outcome.problems += problems
        guard problems.isEmpty, let declared = declared(.packer, spec.template, &outcome) else { return }
        let section = Self.bakerySection(spec)
        for demand in PackerVariables.demands(of: section) where !declared.contains(demand.variable) {
            outcome.problems.append(
                DocumentProblem(
                    path: demand.path,
                    line: Self.node(at: demand.path, in: written)?.line,
                    found: "\(demand.noun), which the Packer template \"\(spec.template)\" does not take",
                    allowed: "nothing there with this template",
                    fix: "choose another template, or let it declare the variable \(demand.variable)"
                )
            )
        }
        outcome.problems += CatalogueVariables(
            part: "image",
            stage: .bakery,
            subject: "the Packer template \"\(spec.template)\"",
            declared: declared,
            reserved: PackerVariables.names(for: section)
        ).problems(
            of: spec.variables,
            defaults: environment.defaults.image.variables,
            manifest,
            written,
            environment: environment.environment
        )
    }

    private func infrastructure(
        _ manifest: ApplicationManifest,
        _ written: DocumentNode,
        _ environment: EnvironmentConfiguration,
        _ outcome: inout Outcome
    ) {
        let spec = manifest.spec.infrastructure
        let module = written["spec"]?["infrastructure"]?["module"]
        let problems = missing(spec.module, .terraform, "spec.infrastructure.module", module, &outcome)
        outcome.problems += problems
        guard problems.isEmpty, let declared = declared(.terraform, spec.module, &outcome) else { return }
        outcome.problems += CatalogueVariables(
            part: "infrastructure",
            stage: .provision,
            subject: "the Terraform module \"\(spec.module)\"",
            declared: declared,
            reserved: Set(ProvisionStage.own(Self.head, imageID: "", region: "").keys)
        ).problems(
            of: spec.variables,
            defaults: environment.defaults.infrastructure.variables,
            manifest,
            written,
            environment: environment.environment
        )
    }

    private func profiles(
        _ manifest: ApplicationManifest,
        _ written: DocumentNode,
        _ environment: EnvironmentConfiguration,
        _ outcome: inout Outcome
    ) {
        for profile in environment.defaults.validation.profiles {
            let path = "defaults.validation.profiles of the environment `\(environment.environment)`"
            outcome.problems += missing(profile, .inspec, path, nil, &outcome)
        }
        let nodes: [DocumentNode] =
            if case .sequence(let nodes)? = written["spec"]?["validation"]?["profiles"]?.content { nodes } else { [] }
        for (index, profile) in manifest.spec.validation.profiles.enumerated() {
            let node = nodes.indices.contains(index) ? nodes[index] : nil
            outcome.problems += missing(profile, .inspec, "spec.validation.profiles[\(index)]", node, &outcome)
        }
    }

    /// One kind of folder in the catalogue.
    private enum Kind: String {
        case packer, chef, terraform, inspec

        var noun: String {
            switch self {
            case .packer: "Packer template"
            case .chef: "Chef policy"
            case .terraform: "Terraform module"
            case .inspec: "profile"
            }
        }

        /// Ends of the files that declare variables.
        var suffixes: [String] { self == .packer ? [".pkr.hcl"] : [".tf", ".tofu"] }
    }

    /// The problem that the catalogue has no folder `name`; none where this host has no such part of the catalogue.
    private func missing(
        _ name: String,
        _ kind: Kind,
        _ path: String,
        _ node: DocumentNode?,
        _ outcome: inout Outcome
    ) -> [DocumentProblem] {
        let folder = CatalogueFolder(
            directory: directory + "/" + kind.rawValue,
            noun: kind.noun,
            failure: .preProvisionManifestInvalid
        )
        guard isFolder(folder.directory) else {
            if !outcome.unchecked.contains(folder.directory) { outcome.unchecked.append(folder.directory) }
            return []
        }
        let names = folder.names
        guard !names.contains(name) else { return [] }
        return [
            DocumentProblem(
                path: path,
                line: node?.line,
                found: "\"\(name)\", and the catalogue has no such \(kind.noun)",
                allowed: names.isEmpty ? "nothing: the catalogue has none" : names.joined(separator: ", "),
                fix: NameSuggestion.closest(to: name, among: names).map { "did you mean `\($0)`?" }
                    ?? "use one of these, or let the platform team add it to the catalogue"
            )
        ]
    }

    /// The variables that a template or module declares; `nil` where that cannot be told here.
    private func declared(_ kind: Kind, _ name: String, _ outcome: inout Outcome) -> Set<String>? {
        let folder = "\(directory)/\(kind.rawValue)/\(name)"
        // Without the part of the catalogue, that has been noted.
        guard isFolder(folder) else { return nil }
        guard let names = try? DeclaredVariables.names(in: folder, suffixes: kind.suffixes) else {
            outcome.unchecked.append(folder)
            return nil
        }
        return names
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    /// The value at a path of keys.
    private static func node(at path: String, in document: DocumentNode) -> DocumentNode? {
        path.split(separator: ".").reduce(Optional(document)) { $0?[String($1)] }
    }

    /// Whose release it is does not matter for what a template is given, only that it is given it.
    private static let head = SectionHead(applicationId: "", environment: "", version: "", accountId: "", tags: [:])

    private static func bakerySection(_ spec: ImageSpec) -> BakerySection {
        BakerySection(
            head: head,
            template: spec.template,
            source: spec.source,
            chef: spec.chef,
            variables: spec.variables,
            packages: spec.packages,
            secrets: []
        )
    }
}
