/// Which values a rule is about. Every part that is given must hold.
///
/// Tools convert `"12"` to 12 and `"true"` to true, so values are compared as the tools would: a constraint on one form holds for the
/// other too.
package struct RuleConstraint: Sendable, Hashable, Decodable {
    /// Longest text that `pattern` is tried on, in bytes, so that no manifest can make it run for long.
    package static let longestText = 512

    /// One of these scalars.
    package var oneOf: [JSONValue]?
    /// A number from this one up.
    package var minimum: Double?
    /// A number up to this one.
    package var maximum: Double?
    /// A text that this regular expression matches as a whole.
    package var pattern: String?
    /// This scalar; of a default any value.
    package var equals: JSONValue?

    private enum CodingKeys: String, CodingKey {
        case oneOf = "in"
        case minimum = "min"
        case maximum = "max"
        case pattern, equals
    }

    /// A constraint of these parts.
    package init(
        oneOf: [JSONValue]? = nil,
        minimum: Double? = nil,
        maximum: Double? = nil,
        pattern: String? = nil,
        equals: JSONValue? = nil
    ) {
        self.oneOf = oneOf
        self.minimum = minimum
        self.maximum = maximum
        self.pattern = pattern
        self.equals = equals
    }

    /// Whether `value`, a scalar, is one of those described; `nil` stands for one that is not known here.
    package func match(_ value: JSONValue?) -> RuleMatch {
        guard let value else { return .undecided }
        var parts: [RuleMatch] = []
        if let oneOf { parts.append(oneOf.contains { Self.isSame($0, value) } ? .yes : .no) }
        if let equals { parts.append(Self.isSame(equals, value) ? .yes : .no) }
        if minimum != nil || maximum != nil {
            parts.append(
                value.comparableNumber.map { $0 >= minimum ?? -.infinity && $0 <= maximum ?? .infinity ? .yes : .no }
                    ?? .undecided
            )
        }
        if let pattern { parts.append(Self.match(pattern, value)) }
        return parts.contains(.no) ? .no : parts.contains(.undecided) ? .undecided : .yes
    }

    private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
        if one == other { return true }
        if let one = one.comparableNumber, let other = other.comparableNumber { return one == other }
        guard let one = one.scalarText, let other = other.scalarText else { return false }
        return one == other
    }

    private static func match(_ pattern: String, _ value: JSONValue) -> RuleMatch {
        guard let text = value.scalarText, text.utf8.count <= longestText, let regex = try? Regex(pattern) else {
            return .undecided
        }
        guard let found = try? regex.wholeMatch(in: text) else { return .no }
        return found.range == text.startIndex..<text.endIndex ? .yes : .no
    }

    /// Whether `pattern` is a regular expression.
    static func isPattern(_ pattern: String) -> Bool { (try? Regex(pattern)) != nil }

    /// The values it describes, in words.
    package var words: String {
        var parts: [String] = []
        if let oneOf { parts.append("one of " + oneOf.map(\.canonicalText).joined(separator: ", ")) }
        if let equals { parts.append(equals.canonicalText) }
        if let minimum { parts.append("at least \(JSONValue.shown(minimum))") }
        if let maximum { parts.append("at most \(JSONValue.shown(maximum))") }
        if let pattern { parts.append("a text like /\(pattern)/") }
        return parts.joined(separator: " and ")
    }
}

extension JSONValue {
    /// The value as text, if it is a scalar.
    var scalarText: String? {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): Self.shown(value)
        case .string(let value): value
        case .array, .object: nil
        }
    }

    /// The number that it is, or that a tool would take its text for; `nil` for all else, and for what is not finite.
    var comparableNumber: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .string(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
        case .null, .bool, .array, .object: nil
        }
    }

    /// A number without a fraction that says nothing.
    static func shown(_ number: Double) -> String { Int64(exactly: number).map(String.init) ?? String(number) }
}
