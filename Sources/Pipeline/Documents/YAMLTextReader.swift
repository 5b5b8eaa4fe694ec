import Yams

/// Reads one YAML document that is known to be UTF-8, through Yams, into a bounded tree.
struct YAMLTextReader {
    /// Deepest nesting of lists and mappings.
    let maximumDepth: Int

    /// The one document of `text`.
    func read(_ text: [UInt8]) throws(DocumentProblem) -> DocumentNode {
        guard YAMLComplexity(text).cost <= YAMLComplexity.limit else {
            throw DocumentProblem(
                path: DocumentProblem.wholeDocument,
                found: "aliases or collection keys that multiply to more than can be read",
                allowed: "no anchors (`&name`), aliases (`*name`) and keys that are lists or mappings",
                fix: "write values out, and keys as plain words"
            )
        }
        do {
            let parser = try Parser(yaml: String(decoding: text, as: UTF8.self), resolver: .basic, encoding: .utf8)
            // The parser owns the anchors: nodes refer to them weakly.
            return try withExtendedLifetime(parser) {
                guard let root = try parser.singleRoot() else { return DocumentNode(.null, line: 1, plainText: "") }
                return try convert(root, path: "", depth: 0)
            }
        } catch let error as YamlError {
            throw problem(of: error, in: text)
        } catch let error as DocumentProblem {
            throw error
        } catch {
            throw Self.notYAML("\(error)", line: nil)
        }
    }

    private func convert(_ node: Node, path: String, depth: Int) throws(DocumentProblem) -> DocumentNode {
        let shown = path.isEmpty ? DocumentProblem.wholeDocument : path
        // An anchor stands before every alias of it, so this also refuses aliases before they can multiply.
        guard node.anchor == nil else {
            throw DocumentProblem(
                path: shown,
                line: node.mark?.line,
                found: "an anchor (`&name`)",
                allowed: "values written out, without anchors and aliases",
                fix: "remove the anchor and repeat the value where it is used"
            )
        }
        switch node {
        case .scalar(let scalar):
            try check(tag: node.tag, is: .str, path: shown, line: scalar.mark?.line)
            guard scalar.style == .plain else { return DocumentNode(.string(scalar.string), line: scalar.mark?.line) }
            return DocumentNode(
                PlainScalar.resolve(scalar.string),
                line: scalar.mark?.line,
                plainText: scalar.string
            )
        case .sequence(let sequence):
            try check(tag: node.tag, is: .seq, path: shown, line: sequence.mark?.line)
            guard depth < maximumDepth else {
                throw .tooDeep(path: path, line: sequence.mark?.line, limit: maximumDepth)
            }
            var elements: [DocumentNode] = []
            for element in sequence {
                elements.append(try convert(element, path: "\(path)[\(elements.count)]", depth: depth + 1))
            }
            return DocumentNode(.sequence(elements), line: sequence.mark?.line)
        case .mapping(let mapping):
            try check(tag: node.tag, is: .map, path: shown, line: mapping.mark?.line)
            guard depth < maximumDepth else {
                throw .tooDeep(path: path, line: mapping.mark?.line, limit: maximumDepth)
            }
            return DocumentNode(.mapping(try entries(of: mapping, path: path, depth: depth)), line: mapping.mark?.line)
        case .alias(let alias):
            throw Self.notYAML("an alias", line: alias.mark?.line)
        }
    }

    private func entries(of mapping: Node.Mapping, path: String, depth: Int) throws(DocumentProblem) -> [DocumentEntry]
    {
        var entries: [DocumentEntry] = []
        var seen: Set<String> = []
        for (keyNode, valueNode) in mapping {
            let key = try convert(keyNode, path: path.isEmpty ? "(key)" : "\(path).(key)", depth: depth + 1)
            guard let text = keyText(key) else {
                throw DocumentProblem(
                    path: path.isEmpty ? DocumentProblem.wholeDocument : path,
                    line: key.line,
                    found: "the key \(Excerpt.describe(key))",
                    allowed: "text as key",
                    fix: key.plainText.map { "write the key in quotes: \"\($0)\"" } ?? "write the key as a plain word"
                )
            }
            let keyPath = DocumentPath.join(path, text)
            guard seen.insert(text).inserted else { throw .duplicateKey(path: keyPath, line: key.line) }
            let value = try convert(valueNode, path: keyPath, depth: depth + 1)
            entries.append(DocumentEntry(key: text, line: key.line, value: value))
        }
        return entries
    }

    /// The text of a key; `nil` for one that other readers of YAML might read as another text, for `<<`, and for collections.
    private func keyText(_ key: DocumentNode) -> String? {
        switch key.content {
        case .string("<<") where key.plainText != nil: nil
        case .string(let text): text
        case .integer, .number: key.plainText
        case .null, .bool, .ambiguous, .sequence, .mapping: nil
        }
    }

    private func check(tag: Tag, is name: Tag.Name, path: String, line: Int?) throws(DocumentProblem) {
        guard tag.description == name.rawValue else {
            throw DocumentProblem(
                path: path,
                line: line,
                found: "the tag \(Excerpt.quoted(tag.description))",
                allowed: "values without tags",
                fix: "remove the tag; quote the value if it is text"
            )
        }
    }

    private func problem(of error: YamlError, in text: [UInt8]) -> DocumentProblem {
        switch error {
        // libyaml stops at its 1,000th level: in blocks with this text, in flows with a failed allocation.
        case .parser(_, let problem, let mark, _) where problem.hasPrefix("Maximum nesting level"):
            return .tooDeep(path: "", line: mark.line, limit: maximumDepth)
        case .memory:
            return .tooDeep(path: "", line: nil, limit: maximumDepth)
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return Self.notYAML((context.map { "\($0.text) " } ?? "") + problem, line: mark.line)
        case .reader(let problem, let offset, let value, _):
            let line = offset.map { offset in text.prefix(offset).count { $0 == UInt8(ascii: "\n") } + 1 }
            return Self.notYAML("\(problem) (character 0x\(String(value, radix: 16)))", line: line)
        case .duplicatedKeysInMapping(let keys, let context):
            return .duplicateKey(path: DocumentPath.join("", keys.first ?? "(key)"), line: context.mark.line)
        case .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return Self.notYAML("unreadable text", line: nil)
        }
    }

    private static func notYAML(_ what: String, line: Int?) -> DocumentProblem {
        DocumentProblem(
            path: DocumentProblem.wholeDocument,
            line: line,
            found: "text that is not YAML: \(what)",
            allowed: "one YAML 1.2 or JSON document",
            fix: "correct the text there; check the indentation and the quotes"
        )
    }
}
