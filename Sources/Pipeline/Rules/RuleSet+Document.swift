extension RuleSet {
    /// What a file may hold.
    package static let schema = ClosedSchema.object([
        .required("apiVersion", .text(.apiVersion)),
        .required("rules", .list(ruleSchema, unique: true)),
    ])

    private static let ruleSchema = ClosedSchema.object([
        .required("id", .text(.catalogueName)),
        .required(
            "subject",
            .object([
                .optional("application", .text(.applicationId)),
                .optional("team", .text(.tagValue)),
                .optional("environment", .text(.environment)),
                .optional("dataClass", .text(.tagValue)),
            ])
        ),
        .required("effect", .text(.oneOf(RuleEffect.allCases.map(\.rawValue)))),
        .required("path", .text(.line(1...256))),
        .optional(
            "constraint",
            .object([
                .optional("in", .list(.anything, minimum: 1)),
                .optional("min", .anything),
                .optional("max", .anything),
                .optional("pattern", .text(.line(1...512))),
                .optional("equals", .anything),
            ])
        ),
        .required("reason", .text(.line(1...512))),
        .required("owner", .text(.line(1...128))),
    ])

    private struct Content: Decodable {
        var rules: [Rule]
    }

    /// The rules of these files.
    ///
    /// - Throws: `RuleProblems` with every problem of every file: unknown keys, paths that lead nowhere, constraints that do not go
    ///   with the effect or the path, an id that stands twice.
    package init(files: [RuleFile]) throws(RuleProblems) {
        var rules: [Rule] = []
        var problems: [DocumentProblems] = []
        var places: [String: String] = [:]
        for file in files {
            do throws(DocumentProblems) {
                rules += try Self.read(file, &places)
            } catch {
                problems.append(error)
            }
        }
        guard problems.isEmpty else { throw RuleProblems(files: problems) }
        self.init(rules: rules)
    }

    /// - Parameter places: path of the file by id, of the files before.
    private static func read(_ file: RuleFile, _ places: inout [String: String]) throws(DocumentProblems) -> [Rule] {
        let name = "rules file \(file.path)"
        let node = try DocumentReader(document: name).read(file.bytes)
        var collector = ProblemCollector()
        let value = schema.check(node, path: "", into: &collector)
        let nodes: [DocumentNode] = if case .sequence(let nodes)? = node["rules"]?.content { nodes } else { [] }
        for (index, (node, rule)) in zip(nodes, value["rules"]?.elements ?? []).enumerated() {
            let check = RuleCheck(node: node, value: rule, path: "rules[\(index)]")
            check.problems.forEach { collector.add($0) }
            guard let id = rule["id"]?.text else { continue }
            if let other = places[id], other != file.path {
                collector.add(
                    DocumentProblem(
                        path: "rules[\(index)].id",
                        line: node["id"]?.line,
                        found: "\(Excerpt.quoted(id)), which is a rule of \(other) too",
                        allowed: "each id once among all files",
                        fix: "name one of the two otherwise"
                    )
                )
            }
            places[id] = file.path
        }
        try collector.throwIfAny(document: name)
        return try value.decoded(as: Content.self, document: name).rules
    }
}
