extension ManifestMerge {
    /// The manifest must be the one of the released application, and ask only for what this version carries out.
    func checkRelease(into collector: inout ProblemCollector) {
        if manifest.metadata.applicationId != release.applicationId {
            collector.add(
                DocumentProblem(
                    path: "metadata.applicationId",
                    line: node["metadata"]?["applicationId"]?.line,
                    found: Excerpt.quoted(manifest.metadata.applicationId),
                    allowed: "`\(release.applicationId)`, the release's applicationId",
                    fix: "release with the application's own manifest"
                )
            )
        }
        if manifest.spec.release.strategy == .blueGreen {
            collector.add(
                DocumentProblem(
                    path: "spec.release.strategy",
                    line: node["spec"]?["release"]?["strategy"]?.line,
                    found: "`blue-green`",
                    allowed: "`all-at-once`: this version of builderd shifts no traffic in steps",
                    fix: "use `all-at-once`, or leave the strategy out"
                )
            )
        }
    }

    /// The account must be listed.
    func checkAccount(into collector: inout ProblemCollector) {
        let account = manifest.metadata.accountId
        guard environment.accounts[account] == nil else { return }
        collector.add(
            DocumentProblem(
                path: "metadata.accountId",
                line: node["metadata"]?["accountId"]?.line,
                found: Excerpt.quoted(account),
                allowed: "an account of the environment `\(environment.environment)`",
                fix: "correct the account, or let the platform team list it under `accounts` of the environment"
            )
        )
    }

    /// What the environment locks, the manifest may not set.
    func checkLocks(into collector: inout ProblemCollector) {
        for lock in environment.locked where node.contains(path: lock.components) {
            let place = lock.components.reduce(Optional(node)) { $0?[$1] }
            collector.add(
                DocumentProblem(
                    path: lock.path,
                    line: place?.line,
                    found: place.map(Excerpt.describe) ?? "a value",
                    allowed: "nothing: locked by the environment `\(environment.environment)`"
                        + (lock.reason.map { " (\($0))" } ?? ""),
                    fix: "remove it from the manifest"
                )
            )
        }
    }

    /// A secret becomes a variable of its tool: it may neither repeat one of the environment's nor open a locked one.
    func checkSecrets(into collector: inout ProblemCollector) {
        for (index, secret) in manifest.spec.secrets.enumerated() {
            for stage in secret.stages {
                let (part, defaults) =
                    stage == .bakery
                    ? ("image", environment.defaults.image.variables)
                    : ("infrastructure", environment.defaults.infrastructure.variables)
                let path = "spec.\(part).variables.\(secret.name)"
                let isLocked = environment.locked.contains { "\(path).".hasPrefix("\($0.path).") }
                guard isLocked || defaults[secret.name] != nil else { continue }
                let line: Int? =
                    if case .sequence(let nodes)? = node["spec"]?["secrets"]?.content {
                        nodes[index]["name"]?.line
                    } else { nil }
                collector.add(
                    DocumentProblem(
                        path: "spec.secrets[\(index)].name",
                        line: line,
                        found: "\(Excerpt.quoted(secret.name)), which sets the variable `\(path)`",
                        allowed:
                            "a name that the environment `\(environment.environment)` neither locks nor gives a value",
                        fix: "name the secret otherwise, or ask the platform team"
                    )
                )
            }
        }
    }
}
