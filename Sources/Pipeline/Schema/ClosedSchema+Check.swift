extension ClosedSchema {
    /// Checks `node` against this schema and returns its value with every default filled in.
    ///
    /// - Throws: `DocumentProblems` with every problem of `document` at once.
    package func value(of node: DocumentNode, document: String) throws(DocumentProblems) -> JSONValue {
        var collector = ProblemCollector()
        let value = check(node, path: "", into: &collector)
        try collector.throwIfAny(document: document)
        return value
    }

    /// Checks `node`, which stands at `path`, and returns its value with defaults; meaningless once there is a problem.
    func check(_ node: DocumentNode, path: String, into collector: inout ProblemCollector) -> JSONValue {
        switch self {
        case .anything: return checkAnything(node, path: path, into: &collector)
        case .text(let rule): return checkText(node, rule, path: path, into: &collector)
        case .flag:
            if case .bool(let value) = node.content { return .bool(value) }
            collector.add(wrong(node, path, allowed: "true or false", fix: "write true or false, without quotes"))
        case .whole(let range):
            if case .integer(let value) = node.content, range.contains(value) { return .integer(value) }
            collector.add(
                wrong(
                    node,
                    path,
                    allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
                    fix: "write the number in digits, without quotes"
                )
            )
        case .wholeOf(let values):
            if case .integer(let value) = node.content, values.contains(value) { return .integer(value) }
            let allowed = values.map(String.init).joined(separator: ", ")
            collector.add(
                wrong(node, path, allowed: "one of \(allowed)", fix: "use one of the allowed numbers, without quotes")
            )
        case .list(let element, let minimum, let maximum, let unique):
            return checkList(node, element, minimum...maximum, unique: unique, path: path, into: &collector)
        case .map(let key, let value):
            guard case .mapping(let entries) = node.content else {
                collector.add(wrong(node, path, allowed: "a mapping", fix: "write `key: value` lines, or {} for none"))
                return .null
            }
            return checkMap(entries, key, value, path: path, into: &collector)
        case .object(let fields):
            guard case .mapping(let entries) = node.content else {
                let names = fields.map(\.name).joined(separator: ", ")
                collector.add(
                    wrong(node, path, allowed: "a mapping of \(names)", fix: "write the fields as `key: value` lines")
                )
                return .null
            }
            return checkObject(entries, fields, line: node.line, path: path, into: &collector)
        case .textOr(let rule, let other):
            if case .mapping = node.content { return other.check(node, path: path, into: &collector) }
            return checkText(node, rule, path: path, into: &collector)
        }
        return .null
    }

    private func wrong(_ node: DocumentNode, _ path: String, allowed: String, fix: String) -> DocumentProblem {
        DocumentProblem(
            path: path.isEmpty ? DocumentProblem.wholeDocument : path,
            line: node.line,
            found: Excerpt.describe(node),
            allowed: allowed,
            fix: fix
        )
    }

    private func checkText(
        _ node: DocumentNode,
        _ rule: TextRule,
        path: String,
        into collector: inout ProblemCollector
    ) -> JSONValue {
        switch node.content {
        case .string(let text):
            if rule.matches(text) { return .string(text) }
            collector.add(wrong(node, path, allowed: rule.allowed, fix: rule.fix ?? "write a value of that form"))
        case .bool, .integer, .number, .ambiguous:
            // Only text that was not quoted comes here, so the text as written is what was probably meant.
            let quoted = node.plainText.map { ": \"\($0)\"" } ?? ""
            collector.add(
                wrong(node, path, allowed: rule.allowed, fix: "if it is meant as text, write it in quotes\(quoted)")
            )
        case .null, .sequence, .mapping:
            collector.add(wrong(node, path, allowed: rule.allowed, fix: rule.fix ?? "write a value of that form"))
        }
        return .null
    }

    private func checkAnything(_ node: DocumentNode, path: String, into collector: inout ProblemCollector) -> JSONValue
    {
        switch node.content {
        case .ambiguous(let text, _):
            collector.add(
                wrong(
                    node,
                    path,
                    allowed: "a value that every reader of YAML reads alike",
                    fix: "write \"\(text)\" in quotes if it is text; else write true, false or a decimal number"
                )
            )
            return .null
        case .sequence(let elements):
            var values: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                values.append(checkAnything(element, path: "\(path)[\(index)]", into: &collector))
            }
            return .array(values)
        case .mapping(let entries):
            var values: [String: JSONValue] = [:]
            for entry in entries {
                let path = DocumentPath.join(path, entry.key)
                values[entry.key] = checkAnything(entry.value, path: path, into: &collector)
            }
            return .object(values)
        case .null, .bool, .integer, .number, .string:
            return node.json
        }
    }
}
