import Pipeline

/// Texts of AWS policies, with their wildcards: `*` is any text, `?` any character.
enum PolicyText {
    /// Whether all of `text` is what the pattern says.
    static func fits(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return fits(pattern.dropFirst(), text) || !text.isEmpty && fits(pattern, text.dropFirst())
        }
        guard let head = text.first, first == "?" || first == head else { return false }
        return fits(pattern.dropFirst(), text.dropFirst())
    }

    /// Whether some text that begins with `head` is what the pattern says.
    static func mayBegin(_ pattern: String, _ head: String) -> Bool {
        var rest = pattern[...]
        for character in head {
            guard let first = rest.popFirst() else { return false }
            if first == "*" { return true }
            guard first == "?" || first == character else { return false }
        }
        return true
    }

    /// One text, or a list of them. A truth value counts as its word.
    static func list(_ value: JSONValue?) -> [String] {
        (value?.elements ?? value.map { [$0] } ?? []).compactMap { element in
            if case .bool(let isTrue) = element { isTrue ? "true" : "false" } else { element.text }
        }
    }
}
