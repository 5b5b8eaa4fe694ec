extension EnvironmentConfiguration {
    /// The configuration that stands in `node`, which problems call `document`, for example `environment file /etc/…/dev.yaml`.
    ///
    /// - Parameter environment: the name it must have, from the file's name.
    /// - Throws: `DocumentProblems` with every problem at once.
    package init(
        document node: DocumentNode,
        named document: String,
        for environment: String
    ) throws(DocumentProblems) {
        var collector = ProblemCollector()
        let value = Self.schema.check(node, path: "", into: &collector)
        if let name = value["environment"]?.text, name != environment {
            collector.add(
                DocumentProblem(
                    path: "environment",
                    line: node["environment"]?.line,
                    found: Excerpt.quoted(name),
                    allowed: "`\(environment)`, the name of the file",
                    fix: "name file and environment alike"
                )
            )
        }
        for (account, entry) in value["accounts"]?.members ?? [:]
        where entry["externalId"] != nil && entry["roleArn"] == nil {
            collector.add(
                DocumentProblem(
                    path: "accounts.\(account).externalId",
                    line: node["accounts"]?[account]?.line,
                    found: "an external id without a role",
                    allowed: "externalId together with roleArn",
                    fix: "add the role's ARN, or remove externalId"
                )
            )
        }
        try collector.throwIfAny(document: document)
        self = try value.decoded(as: Self.self, document: document)
    }
}
