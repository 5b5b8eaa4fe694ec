/// What a document may hold: every key is listed, all else is a problem.
package indirect enum ClosedSchema: Sendable {
    /// Text by a rule.
    case text(TextRule)
    /// A whole number in a range.
    case whole(ClosedRange<Int64>)
    /// One of these whole numbers.
    case wholeOf([Int64])
    /// `true` or `false`.
    case flag
    /// Any value.
    case anything
    /// A list, of at least `minimum` and at most `maximum` elements. With `unique` no element stands twice; of mappings, that
    /// means their first field.
    case list(ClosedSchema, minimum: Int = 0, maximum: Int = 1000, unique: Bool = false)
    /// A mapping with keys of the author's choice.
    case map(key: TextRule, value: ClosedSchema)
    /// A mapping of these fields and no others.
    case object([Field])
    /// Text, or the other.
    case textOr(TextRule, ClosedSchema)

    /// One field of an object.
    package struct Field: Sendable {
        /// Its key.
        package let name: String
        /// What its value may be.
        package let schema: ClosedSchema
        /// Whether it must be there.
        package let isRequired: Bool
        /// What stands for it when it is not there; `nil` leaves it out.
        package let defaultValue: JSONValue?

        /// A field that must be there.
        package static func required(_ name: String, _ schema: ClosedSchema) -> Field {
            Field(name: name, schema: schema, isRequired: true, defaultValue: nil)
        }

        /// A field that may be left out, or be null, and is then `defaultValue`.
        package static func optional(_ name: String, _ schema: ClosedSchema, default defaultValue: JSONValue? = nil)
            -> Field
        {
            Field(name: name, schema: schema, isRequired: false, defaultValue: defaultValue)
        }
    }

    /// The fields, if this is an object.
    var fields: [Field]? {
        switch self {
        case .object(let fields): fields
        case .textOr(_, let other): other.fields
        default: nil
        }
    }
}
