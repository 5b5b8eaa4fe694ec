/// Reads YAML or JSON text into a tree with source positions, within bounds.
///
/// A text that begins with `{` or `[` is read as JSON, any other as YAML 1.2 of one document without anchors, aliases,
/// tags and merge keys. Duplicate keys are refused in both.
package struct DocumentReader: Sendable {
    /// Which forms are taken.
    package enum Form: Sendable {
        /// JSON only.
        case json
        /// YAML or JSON.
        case yamlOrJSON
    }

    /// What the document is called in problems, for example `manifest`.
    private let document: String
    private let form: Form
    private let limits: DocumentLimits

    /// A reader of documents that problems call `document`.
    package init(document: String, form: Form = .yamlOrJSON, limits: DocumentLimits = DocumentLimits()) {
        self.document = document
        self.form = form
        self.limits = limits
    }

    /// The tree of `bytes`.
    ///
    /// - Throws: `DocumentProblems` for a text that is too large, not UTF-8, not well-formed, too deep, or uses what is refused.
    package func read(_ bytes: [UInt8]) throws(DocumentProblems) -> DocumentNode {
        do throws(DocumentProblem) {
            return try node(bytes)
        } catch {
            throw DocumentProblems(document: document, error)
        }
    }

    private func node(_ bytes: [UInt8]) throws(DocumentProblem) -> DocumentNode {
        guard bytes.count <= limits.bytes else {
            throw DocumentProblem(
                path: DocumentProblem.wholeDocument,
                found: "\(bytes.count) bytes",
                allowed: "at most \(limits.bytes) bytes",
                fix: "make the \(document) smaller: large data belongs in S3, with its address here"
            )
        }
        try checkUTF8(bytes)
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        switch text.first(where: { !$0.isJSONWhiteSpace }) {
        case nil:
            throw DocumentProblem(
                path: DocumentProblem.wholeDocument,
                found: "an empty document",
                allowed: form == .json ? "JSON" : "YAML or JSON",
                fix: "write the \(document), or point to the right file"
            )
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            var reader = JSONTextReader(text, maximumDepth: limits.depth)
            return try reader.read()
        case .some where form == .json:
            var reader = JSONTextReader(text, maximumDepth: limits.depth)
            return try reader.read()
        case .some:
            return try YAMLTextReader(maximumDepth: limits.depth).read(text)
        }
    }

    private func checkUTF8(_ bytes: [UInt8]) throws(DocumentProblem) {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let offset = error.byteOffsets.lowerBound
            let line = bytes[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
            throw DocumentProblem(
                path: DocumentProblem.wholeDocument,
                line: line,
                found: "a byte that is not UTF-8 (0x\(hex([bytes[offset]]))) at offset \(offset)",
                allowed: "UTF-8",
                fix: "save the file as UTF-8"
            )
        }
    }
}

extension UInt8 {
    /// Whether this is white space between JSON tokens (RFC 8259 §2).
    var isJSONWhiteSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
