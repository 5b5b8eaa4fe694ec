/// Why files of rules cannot be used: every problem of every file.
package struct RuleProblems: Error, Sendable, Hashable {
    /// Problems by file; never empty.
    package let files: [DocumentProblems]

    /// The refusal for these.
    package init(files: [DocumentProblems]) { self.files = files }

    /// The first file's problems in a sentence, and how many files there are more.
    package var summary: String {
        let first = files.first?.summary ?? "The rules cannot be read."
        let more = files.count - 1
        return more <= 0 ? first : "\(first) \(more) more \(more == 1 ? "file has" : "files have") problems too."
    }

    /// All of them, under their files' names.
    package var rendered: String {
        files.map { "\($0.document):\n\($0.rendered)" }.joined(separator: "\n")
    }
}
