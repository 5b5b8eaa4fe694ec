import FoundationEssentials

/// One section as the JSON text that is stored.
package struct SectionDocument: Sendable, Hashable, Codable {
    /// The stage that reads it.
    package let stage: Stage
    /// JSON with sorted keys: the same section is always the same text.
    package let text: String

    init(_ stage: Stage, _ section: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.stage = stage
        text = String(decoding: try encoder.encode(section), as: UTF8.self)
    }
}

extension MergedSections {
    /// The sections as they are stored, in the order of the stages.
    ///
    /// - Throws: `EncodingError` for a number that JSON has not; none can come from a document that was read.
    package func documents() throws -> [SectionDocument] {
        [
            try SectionDocument(.bakery, bakery),
            try SectionDocument(.provision, provision),
            try SectionDocument(.validation, validation),
            try SectionDocument(.postProvision, postProvision),
        ]
    }
}
