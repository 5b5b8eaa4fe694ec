/// One value of a YAML or JSON document, with the place where it stands.
package struct DocumentNode: Sendable {
    /// What the value is.
    package enum Content: Sendable {
        /// `null`, `~` or nothing.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// A whole number of at most 64 bits.
        case integer(Int64)
        /// Any other finite number.
        case number(Double)
        /// Text.
        case string(String)
        /// A list.
        case sequence([DocumentNode])
        /// A mapping, in the order it was written; its keys are unique.
        case mapping([DocumentEntry])
        /// A plain YAML scalar that readers of YAML disagree on, as written, and what it might be taken for.
        case ambiguous(text: String, reading: String)
    }

    /// What the value is.
    package let content: Content
    /// Line it begins in, from 1; `nil` where there was no text.
    package let line: Int?
    /// An unquoted scalar as it was written (`1.10`, which as a number would be 1.1); `nil` for all else.
    package let plainText: String?

    /// A node of these parts.
    package init(_ content: Content, line: Int?, plainText: String? = nil) {
        self.content = content
        self.line = line
        self.plainText = plainText
    }

    /// The value at `key`, if this is a mapping that has it.
    package subscript(key: String) -> DocumentNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// Whether a list of path components leads to a value here.
    package func contains(path: some Collection<String>) -> Bool {
        guard let first = path.first else { return true }
        return self[first]?.contains(path: path.dropFirst()) ?? false
    }
}

extension DocumentNode {
    /// The tree of a value that has no text, for example a manifest within a release. Keys are sorted, lines are unknown.
    package init(_ value: JSONValue) {
        let content: Content =
            switch value {
            case .null: .null
            case .bool(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .number(let value): .number(value)
            case .string(let value): .string(value)
            case .array(let values): .sequence(values.map { DocumentNode($0) })
            case .object(let values):
                .mapping(
                    values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
                        DocumentEntry(key: $0.key, line: nil, value: DocumentNode($0.value))
                    }
                )
            }
        self.init(content, line: nil)
    }

    /// The value as JSON; an ambiguous scalar becomes its text.
    package var json: JSONValue {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value), .ambiguous(let value, _): .string(value)
        case .sequence(let values): .array(values.map(\.json))
        case .mapping(let entries): .object(Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value.json) }))
        }
    }
}
