extension ApplicationManifest {
    /// The manifest that stands in `node`, which problems call `document`, for example `manifest s3://bucket/key`.
    ///
    /// - Throws: `DocumentProblems` with every problem at once.
    package init(document node: DocumentNode, named document: String = "manifest") throws(DocumentProblems) {
        var collector = ProblemCollector()
        let value = Self.schema.check(node, path: "", into: &collector)
        Self.checkRelease(value, node, into: &collector)
        Self.checkSecrets(value, node, into: &collector)
        try collector.throwIfAny(document: document)
        self = try value.decoded(as: Self.self, document: document)
    }

    /// Steps must rise to 100, and what belongs to `blue-green` means nothing without it.
    private static func checkRelease(_ value: JSONValue, _ node: DocumentNode, into collector: inout ProblemCollector) {
        guard let release = value["spec"]?["release"], let strategy = release["strategy"]?.text else { return }
        let source = node["spec"]?["release"]
        if strategy == ReleaseStrategy.allAtOnce.rawValue {
            for key in ["steps", "bakeMinutes", "alarms"] where source?[key] != nil {
                collector.add(
                    DocumentProblem(
                        path: "spec.release.\(key)",
                        line: source?[key]?.line,
                        found: "\(key) with the strategy `all-at-once`",
                        allowed: "\(key) with the strategy `blue-green` only",
                        fix: "remove `\(key)`, or choose `strategy: blue-green`"
                    )
                )
            }
            return
        }
        let steps = release["steps"]?.elements?.map(\.whole) ?? []
        guard !steps.contains(nil) else { return }
        let percents = steps.compactMap { $0 }
        let rises = zip(percents, percents.dropFirst()).allSatisfy { $0 < $1 }
        if percents.last != 100 || !rises {
            collector.add(
                DocumentProblem(
                    path: "spec.release.steps",
                    line: source?["steps"]?.line ?? source?.line,
                    found: "the steps \(percents)",
                    allowed: "percentages that rise to 100, for example [10, 50, 100]",
                    fix: "put the steps in rising order and end them with 100"
                )
            )
        }
    }

    /// A secret and a variable of one tool cannot have one name.
    private static func checkSecrets(_ value: JSONValue, _ node: DocumentNode, into collector: inout ProblemCollector) {
        let spec = value["spec"]
        let variables: [String: [String: JSONValue]] = [
            Stage.bakery.rawValue: spec?["image"]?["variables"]?.members ?? [:],
            Stage.provision.rawValue: spec?["infrastructure"]?["variables"]?.members ?? [:],
        ]
        guard case .sequence(let nodes)? = node["spec"]?["secrets"]?.content else { return }
        for (index, secret) in nodes.enumerated() {
            let stages = secret["stages"]?.json.elements?.compactMap(\.text) ?? []
            guard let name = secret["name"]?.json.text, stages.contains(where: { variables[$0]?[name] != nil }) else {
                continue
            }
            collector.add(
                DocumentProblem(
                    path: "spec.secrets[\(index)].name",
                    line: secret["name"]?.line,
                    found: "\(Excerpt.quoted(name)), which is also a variable of that stage",
                    allowed: "a name that no variable of the stage has",
                    fix: "remove the variable: the secret is handed to the tool under this name"
                )
            )
        }
    }
}
