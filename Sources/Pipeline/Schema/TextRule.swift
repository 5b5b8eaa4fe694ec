/// What a text may be, and how to say so.
package struct TextRule: Sendable {
    /// What is allowed, for problems: `1 to 64 letters and digits`.
    package let allowed: String
    /// What to do when it is not; `nil` says the general thing.
    package let fix: String?
    /// Whether a text is allowed.
    package let matches: @Sendable (String) -> Bool

    /// A rule of these parts.
    package init(_ allowed: String, fix: String? = nil, matches: @escaping @Sendable (String) -> Bool) {
        self.allowed = allowed
        self.fix = fix
        self.matches = matches
    }

    /// ASCII text of `length` bytes of which the first is among `first` and the others among `rest`.
    package static func word(
        _ allowed: String,
        length: ClosedRange<Int>,
        first: ASCIISet,
        rest: ASCIISet,
        fix: String? = nil
    ) -> TextRule {
        TextRule(allowed, fix: fix) { text in
            guard length.contains(text.utf8.count), let byte = text.utf8.first, first.contains(byte) else {
                return false
            }
            return text.utf8.dropFirst().allSatisfy(rest.contains)
        }
    }

    /// One of these texts.
    package static func oneOf(_ texts: [String]) -> TextRule {
        TextRule(texts.map { "`\($0)`" }.joined(separator: ", "), fix: "use one of the allowed values") {
            texts.contains($0)
        }
    }

    /// Text of `length` characters without control characters.
    package static func line(_ length: ClosedRange<Int>) -> TextRule {
        TextRule("one line of \(length.lowerBound) to \(length.upperBound) characters") { text in
            length.contains(text.unicodeScalars.count)
                && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        }
    }
}
