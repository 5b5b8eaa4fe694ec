/// Why a document was refused: every problem at once.
package struct DocumentProblems: Error, Sendable, Hashable, CustomStringConvertible {
    /// Problems kept in full; more are only counted.
    package static let kept = 100

    /// Which document, for example `manifest s3://bucket/key` or `envelope`.
    package let document: String
    /// The first `kept` problems in the order they were met; never empty.
    package let problems: [DocumentProblem]
    /// How many more there were.
    package let more: Int

    /// The refusal of `document` for these problems; those past `kept` are counted into `more`.
    package init(document: String, problems: [DocumentProblem], more: Int = 0) {
        self.document = document
        self.problems = Array(problems.prefix(Self.kept))
        self.more = more + max(0, problems.count - Self.kept)
    }

    /// The refusal of `document` for one problem.
    package init(document: String, _ problem: DocumentProblem) {
        self.init(document: document, problems: [problem])
    }

    /// How many problems there are.
    package var count: Int { problems.count + more }

    /// One sentence: how many problems, and the first of them.
    package var summary: String {
        let first = problems.first.map { "\($0.path): found \($0.found); allowed: \($0.allowed)" } ?? "unknown"
        return count == 1
            ? "The \(document) has 1 problem: \(first)."
            : "The \(document) has \(count) problems. The first: \(first)."
    }

    /// All of them, one numbered line each, and a count of those not shown.
    package var rendered: String {
        var lines = problems.enumerated().map { "\($0.offset + 1). \($0.element.rendered)" }
        if more > 0 { lines.append("and \(more) more") }
        return lines.joined(separator: "\n")
    }

    /// `summary` and, when there are several, all of them.
    package var description: String { count == 1 ? summary : "\(summary)\n\(rendered)" }
}
