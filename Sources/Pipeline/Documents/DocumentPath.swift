/// Paths of documents as problems show them: `spec.secrets[2].name`.
enum DocumentPath {
    /// `path` with `key` added. A key that is not a plain word is quoted and cut, so that a path is one readable word.
    static func join(_ path: String, _ key: String) -> String {
        let plain = !key.isEmpty && key.utf8.count <= 64 && key.utf8.allSatisfy(\.isPathByte)
        let part = plain ? key : Excerpt.quoted(key)
        return path.isEmpty ? part : "\(path).\(part)"
    }
}

extension UInt8 {
    fileprivate var isPathByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

extension DocumentProblem {
    /// A key that stands twice in one mapping.
    static func duplicateKey(path: String, line: Int?) -> DocumentProblem {
        DocumentProblem(
            path: path,
            line: line,
            found: "the key a second time",
            allowed: "each key once",
            fix: "keep one of the two"
        )
    }

    /// Nesting past the limit.
    static func tooDeep(path: String, line: Int?, limit: Int) -> DocumentProblem {
        DocumentProblem(
            path: path.isEmpty ? DocumentProblem.wholeDocument : path,
            line: line,
            found: "lists and mappings nested more than \(limit) deep",
            allowed: "at most \(limit) levels",
            fix: "flatten the document there"
        )
    }
}
