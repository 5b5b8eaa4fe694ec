extension ClosedSchema {
    func checkList(
        _ node: DocumentNode,
        _ element: ClosedSchema,
        _ counts: ClosedRange<Int>,
        unique: Bool,
        path: String,
        into collector: inout ProblemCollector
    ) -> JSONValue {
        let shown = path.isEmpty ? DocumentProblem.wholeDocument : path
        guard case .sequence(let nodes) = node.content, counts.contains(nodes.count) else {
            collector.add(
                DocumentProblem(
                    path: shown,
                    line: node.line,
                    found: Excerpt.describe(node),
                    allowed: "a list of \(counts.lowerBound) to \(counts.upperBound) elements",
                    fix: counts.lowerBound == 0 ? "write `- element` lines, or [] for none" : "write `- element` lines"
                )
            )
            return .null
        }
        var values: [JSONValue] = []
        var seen: Set<JSONValue> = []
        for (index, node) in nodes.enumerated() {
            let value = element.check(node, path: "\(path)[\(index)]", into: &collector)
            values.append(value)
            guard unique, value != .null else { continue }
            let name = element.fields?.first?.name
            let identity = name.map { value[$0] ?? .null } ?? value
            guard identity != .null, !seen.insert(identity).inserted else { continue }
            let first = name.flatMap { node[$0] } ?? node
            collector.add(
                DocumentProblem(
                    path: "\(path)[\(index)]" + (name.map { ".\($0)" } ?? ""),
                    line: first.line,
                    found: "\(Excerpt.describe(first)) a second time",
                    allowed: "each \(name ?? "element") once",
                    fix: "keep one of the two, or name it otherwise"
                )
            )
        }
        return .array(values)
    }

    func checkMap(
        _ entries: [DocumentEntry],
        _ key: TextRule,
        _ value: ClosedSchema,
        path: String,
        into collector: inout ProblemCollector
    ) -> JSONValue {
        var values: [String: JSONValue] = [:]
        for entry in entries {
            let entryPath = DocumentPath.join(path, entry.key)
            if !key.matches(entry.key) {
                collector.add(
                    DocumentProblem(
                        path: entryPath,
                        line: entry.line,
                        found: "the key \(Excerpt.quoted(entry.key))",
                        allowed: "as key \(key.allowed)",
                        fix: key.fix ?? "name the key so"
                    )
                )
            }
            values[entry.key] = value.check(entry.value, path: entryPath, into: &collector)
        }
        return .object(values)
    }

    func checkObject(
        _ entries: [DocumentEntry],
        _ fields: [Field],
        line: Int?,
        path: String,
        into collector: inout ProblemCollector
    ) -> JSONValue {
        var values: [String: JSONValue] = [:]
        let known = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0) })
        var present: Set<String> = []
        for entry in entries {
            let entryPath = DocumentPath.join(path, entry.key)
            guard let field = known[entry.key] else {
                collector.add(unknownKey(entry, fields, path: entryPath))
                continue
            }
            if case .null = entry.value.content, !field.isRequired { continue }
            present.insert(entry.key)
            values[entry.key] = field.schema.check(entry.value, path: entryPath, into: &collector)
        }
        for field in fields where !present.contains(field.name) {
            if field.isRequired {
                collector.add(
                    DocumentProblem(
                        path: DocumentPath.join(path, field.name),
                        line: line,
                        found: "nothing: the key is missing",
                        allowed: field.schema.allowed,
                        fix: "add `\(field.name)`"
                    )
                )
            } else if let value = field.defaultValue {
                values[field.name] = value
            }
        }
        return .object(values)
    }

    private func unknownKey(_ entry: DocumentEntry, _ fields: [Field], path: String) -> DocumentProblem {
        let names = fields.map(\.name)
        let fix = NameSuggestion.closest(to: entry.key, among: names).map { "did you mean `\($0)`?" }
        return DocumentProblem(
            path: path,
            line: entry.line,
            found: "the unknown key \(Excerpt.quoted(entry.key))",
            allowed: names.joined(separator: ", "),
            fix: fix ?? "remove the key"
        )
    }

    /// What is allowed, in words, for a field that is missing.
    private var allowed: String {
        switch self {
        case .text(let rule), .textOr(let rule, _): rule.allowed
        case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .wholeOf(let values): "one of \(values.map(String.init).joined(separator: ", "))"
        case .flag: "true or false"
        case .anything: "any value"
        case .list(_, let minimum, let maximum, _): "a list of \(minimum) to \(maximum) elements"
        case .map: "a mapping"
        case .object(let fields): "a mapping of \(fields.map(\.name).joined(separator: ", "))"
        }
    }
}
