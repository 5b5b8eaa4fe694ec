/// Why the rules refuse a manifest: every denial at once.
package struct RuleDenials: Error, Sendable, Hashable {
    /// Denials that are told; more are only counted.
    package static let kept = 100

    /// Which document, for example `manifest s3://bucket/key`.
    package let document: String
    /// In the order of the manifest; never empty.
    package let denials: [RuleDenial]

    /// The refusal of `document` for these.
    package init(document: String, denials: [RuleDenial]) {
        self.document = document
        self.denials = denials
    }

    /// One sentence: how many, and the first of them.
    package var summary: String {
        let first = denials.first.map { "\($0.path): found \($0.found): \($0.reason)" } ?? "unknown"
        return denials.count == 1
            ? "The platform's rules refuse one thing in the \(document): \(first)."
            : "The platform's rules refuse \(denials.count) things in the \(document). The first: \(first)."
    }

    /// All of them, one numbered line each, and a count of those not shown.
    package var rendered: String {
        var lines = denials.prefix(Self.kept).enumerated().map { "\($0.offset + 1). \($0.element.rendered)" }
        if denials.count > Self.kept { lines.append("and \(denials.count - Self.kept) more") }
        return lines.joined(separator: "\n")
    }
}
