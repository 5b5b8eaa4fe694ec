/// Short, printable forms of what stands in a document, for problems.
enum Excerpt {
    /// `text` in double quotes: control characters escaped, cut after 60 characters.
    static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(60).map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default:
                scalar.properties.generalCategory.isPrintable
                    ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
            }
        }.joined()
        return text.unicodeScalars.dropFirst(60).isEmpty ? "\"\(shown)\"" : "\"\(shown)…\""
    }

    /// What a node is, in words: `the number 5`, `a list of 3`.
    static func describe(_ node: DocumentNode) -> String {
        switch node.content {
        case .null: "nothing (null)"
        case .bool(let value): "\(value)"
        case .integer(let value): "the number \(node.plainText ?? String(value))"
        case .number(let value): "the number \(node.plainText ?? String(value))"
        case .string(let text): quoted(text)
        case .sequence(let elements): "a list of \(elements.count)"
        case .mapping(let entries): "a mapping of \(entries.count) \(entries.count == 1 ? "key" : "keys")"
        case .ambiguous(let text, let reading): "\(text) without quotes, \(reading)"
        }
    }
}

extension Unicode.GeneralCategory {
    /// Whether a character of this category can be shown in one line of a log without harm (bidirectional controls cannot).
    fileprivate var isPrintable: Bool {
        switch self {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
