import Pipeline

/// Compares the variables of one tool with what the catalogue's template or module declares.
struct CatalogueVariables: Sendable {
    /// The manifest's part that sets them: `image` or `infrastructure`.
    let part: String
    /// The stage that secrets name to become variables here.
    let stage: Stage
    /// What declares them, for messages: `the Packer template "amazon-linux"`.
    let subject: String
    /// What it declares.
    let declared: Set<String>
    /// What builderd itself gives.
    let reserved: Set<String>

    /// Names that are not declared, or not for a manifest to set: the manifest's, its secrets' and the environment's.
    func problems(
        of variables: [String: JSONValue],
        defaults: [String: JSONValue],
        _ manifest: ApplicationManifest,
        _ written: DocumentNode,
        environment: String
    ) -> [DocumentProblem] {
        let own = written["spec"]?[part]?["variables"]
        var problems = variables.keys.sorted().compactMap { name in
            problem(
                name,
                path: "spec.\(part).variables.\(name)",
                line: own?[name]?.line,
                origin: own?[name] == nil ? ", by a default of the rules" : ""
            )
        }
        problems += defaults.keys.filter { variables[$0] == nil }.sorted().compactMap { name in
            problem(
                name,
                path: "defaults.\(part).variables.\(name) of the environment `\(environment)`",
                line: nil,
                origin: ""
            )
        }
        let secrets: [DocumentNode] =
            if case .sequence(let nodes)? = written["spec"]?["secrets"]?.content { nodes } else { [] }
        for (index, secret) in manifest.spec.secrets.enumerated() where secret.stages.contains(stage) {
            let line = secrets.indices.contains(index) ? secrets[index]["name"]?.line : nil
            let found = problem(secret.name, path: "spec.secrets[\(index)].name", line: line, origin: ", by a secret")
            problems += found.map { [$0] } ?? []
        }
        return problems
    }

    private func problem(_ name: String, path: String, line: Int?, origin: String) -> DocumentProblem? {
        let open = declared.subtracting(reserved).sorted()
        guard !open.contains(name) else { return nil }
        let reason = reserved.contains(name) ? "which builderd gives itself" : "which \(subject) does not declare"
        return DocumentProblem(
            path: path,
            line: line,
            found: "the variable \"\(name)\"\(origin), \(reason)",
            allowed: open.isEmpty ? "nothing: \(subject) takes no variable" : open.joined(separator: ", "),
            fix: NameSuggestion.closest(to: name, among: open).map { "did you mean `\($0)`?" } ?? "remove it"
        )
    }
}
