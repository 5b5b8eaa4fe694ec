extension JSONValue {
    /// The value at `key`, if this is an object that has it.
    package subscript(key: String) -> JSONValue? {
        if case .object(let values) = self { values[key] } else { nil }
    }

    /// The text, if this is a string.
    package var text: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number, if this is a whole one that fits.
    package var whole: Int? {
        if case .integer(let value) = self { Int(exactly: value) } else { nil }
    }

    /// The members, if this is an object.
    package var members: [String: JSONValue]? {
        if case .object(let values) = self { values } else { nil }
    }

    /// The elements, if this is an array.
    package var elements: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }
}
