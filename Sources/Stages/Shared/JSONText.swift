import FoundationEssentials

/// JSON as it goes into outputs and parameters.
package enum JSONText {
    /// `value` as compact JSON with sorted keys: the same value is always the same text.
    package static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
