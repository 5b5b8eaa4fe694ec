/// One thing that is wrong with a document, said so that its author can put it right.
package struct DocumentProblem: Error, Sendable, Hashable, Codable {
    /// Where: `spec.image.template`, `spec.secrets[2].name`; `(document)` for the document as a whole.
    package var path: String
    /// Line of the text, from 1; `nil` where there was no text.
    package var line: Int?
    /// What stands there.
    package var found: String
    /// What may stand there.
    package var allowed: String
    /// What to do.
    package var fix: String

    /// Path of a problem that concerns the document as a whole.
    package static let wholeDocument = "(document)"

    /// A problem of these parts.
    package init(path: String, line: Int? = nil, found: String, allowed: String, fix: String) {
        self.path = path
        self.line = line
        self.found = found
        self.allowed = allowed
        self.fix = fix
    }

    /// `spec.image.template (line 7): found "../x"; allowed: …; do: …`.
    package var rendered: String {
        "\(path)\(line.map { " (line \($0))" } ?? ""): found \(found); allowed: \(allowed); do: \(fix)"
    }
}
