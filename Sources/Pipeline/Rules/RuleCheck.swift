/// What is wrong with one rule beyond its form: a path that leads nowhere, a constraint that its effect or its path cannot have.
struct RuleCheck {
    /// The rule as it was written.
    let node: DocumentNode
    /// The rule as its schema found it; parts that are wrong are null.
    let value: JSONValue
    /// Where it stands: `rules[2]`.
    let path: String

    /// Its problems, in the order of its keys.
    var problems: [DocumentProblem] {
        guard let text = value["path"]?.text, let effect = value["effect"]?.text.flatMap(RuleEffect.init) else {
            return []
        }
        let target: RulePath.Target
        do {
            target = try RulePath(text).target()
        } catch {
            return [problem("path", found: Excerpt.quoted(text), allowed: allowed(error, text), fix: fix(error))]
        }
        return place(target, effect, text) + constraint(target, effect)
    }

    private func allowed(_ astray: RulePath.Astray, _ text: String) -> String {
        if text.hasPrefix(RulePath.services + ".") {
            return
                "`\(RulePath.services)`, or `\(RulePath.services).<type of service>`, of which the access is the value"
        }
        return astray.names.isEmpty
            ? "a path of the manifest, for example `spec.logging.retentionDays`"
            : "a path of the manifest; in the place of \(Excerpt.quoted(astray.component)): "
                + astray.names.joined(separator: ", ")
    }

    private func fix(_ astray: RulePath.Astray) -> String {
        NameSuggestion.closest(to: astray.component, among: astray.names).map { "did you mean `\($0)`?" }
            ?? "correct \(Excerpt.quoted(astray.component))"
    }

    /// A lock and a default need one place that a manifest may leave out.
    private func place(_ target: RulePath.Target, _ effect: RuleEffect, _ text: String) -> [DocumentProblem] {
        guard effect == .lock || effect == .defaultValue else { return [] }
        guard !target.isOptional || target.isInList else { return [] }
        return [
            problem(
                "path",
                found: "\(Excerpt.quoted(text)), "
                    + (target.isInList ? "which is in a list" : "which every manifest must say"),
                allowed: "with the effect `\(effect.rawValue)`, one place that a manifest may leave out",
                fix: "name an optional path, or use the effect `allow` or `deny`"
            )
        ]
    }

    private func constraint(_ target: RulePath.Target, _ effect: RuleEffect) -> [DocumentProblem] {
        let constraint = value["constraint"]
        let keys = Set((constraint?.members ?? [:]).keys)
        switch effect {
        case .lock:
            return constraint == nil
                ? [] : [problem("constraint", found: "a constraint", allowed: "none with `lock`", fix: "remove it")]
        case .defaultValue:
            guard keys == ["equals"], let value = constraint?["equals"] else {
                return [
                    problem(
                        "constraint",
                        found: keys.isEmpty ? "no value" : keys.sorted().joined(separator: ", "),
                        allowed: "with `default`, `equals` and nothing else: the value that is given",
                        fix: "write `constraint: {equals: <value>}`"
                    )
                ]
            }
            return given(value, target)
        case .allow, .deny, .requireApproval:
            guard let constraint else { return [] }
            if case .mapping(let written)? = node["constraint"]?.content, written.isEmpty {
                return [
                    problem(
                        "constraint",
                        found: "an empty constraint",
                        allowed: "in, min, max, pattern, equals",
                        fix: "add one, or leave the constraint out for any value"
                    )
                ]
            }
            return scalarPath(target) + parts(constraint)
        }
    }

    /// A default must be what a manifest could say there.
    private func given(_ value: JSONValue, _ target: RulePath.Target) -> [DocumentProblem] {
        let written = node["constraint"]?["equals"] ?? DocumentNode(value)
        var collector = ProblemCollector()
        _ = target.schema.check(written, path: "\(path).constraint.equals", into: &collector)
        return collector.problems
    }

    /// A constraint is about scalars: a mapping of known fields, or a list of them, has none of its own.
    private func scalarPath(_ target: RulePath.Target) -> [DocumentProblem] {
        var schema = target.schema
        if case .list(let element, _, _, _) = schema, value["path"]?.text != RulePath.services { schema = element }
        guard case .object(let fields) = schema else { return [] }
        return [
            problem(
                "constraint",
                found: "a constraint on a mapping of fields",
                allowed: "constraints on paths that hold values",
                fix: "let the path name one of its fields: " + fields.map(\.name).joined(separator: ", ")
            )
        ]
    }

    private func parts(_ constraint: JSONValue) -> [DocumentProblem] {
        var problems: [DocumentProblem] = []
        let isScalar = { (value: JSONValue) in value.scalarText != nil }
        if let values = constraint["in"]?.elements, !values.allSatisfy(isScalar) {
            problems.append(notScalar("in"))
        }
        if let value = constraint["equals"], !isScalar(value) { problems.append(notScalar("equals")) }
        var limits: [String: Double] = [:]
        for key in ["min", "max"] {
            switch constraint[key] {
            case nil: continue
            case .integer(let value)?: limits[key] = Double(value)
            case .number(let value)?: limits[key] = value
            default:
                problems.append(
                    problem(
                        "constraint.\(key)",
                        found: node["constraint"]?[key].map(Excerpt.describe) ?? "a value",
                        allowed: "a number",
                        fix: "write the number without quotes"
                    )
                )
            }
        }
        if let low = limits["min"], let high = limits["max"], low > high {
            problems.append(
                problem(
                    "constraint.min",
                    found: "a min above the max, which no value has",
                    allowed: "a min up to the max",
                    fix: "exchange the two"
                )
            )
        }
        if let pattern = constraint["pattern"]?.text, !RuleConstraint.isPattern(pattern) {
            problems.append(
                problem(
                    "constraint.pattern",
                    found: Excerpt.quoted(pattern),
                    allowed: "a regular expression, which must match the whole value",
                    fix: "correct its brackets and escapes; in YAML, single quotes keep backslashes as they are"
                )
            )
        }
        return problems
    }

    private func notScalar(_ key: String) -> DocumentProblem {
        problem(
            "constraint.\(key)",
            found: "a list or a mapping to compare with",
            allowed: "text, numbers, true and false: they are compared with each value beneath the path",
            fix: "write the single values"
        )
    }

    private func problem(_ key: String, found: String, allowed: String, fix: String) -> DocumentProblem {
        let place = key.split(separator: ".").reduce(Optional(node)) { $0?[String($1)] }
        return DocumentProblem(
            path: "\(path).\(key)",
            line: place?.line ?? node.line,
            found: found,
            allowed: allowed,
            fix: fix
        )
    }
}
