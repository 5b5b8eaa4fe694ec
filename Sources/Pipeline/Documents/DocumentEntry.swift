/// One key of a mapping and its value.
package struct DocumentEntry: Sendable {
    /// The key's text.
    package let key: String
    /// Line of the key, from 1; `nil` where there was no text.
    package let line: Int?
    /// The value.
    package let value: DocumentNode

    /// An entry of these parts.
    package init(key: String, line: Int?, value: DocumentNode) {
        self.key = key
        self.line = line
        self.value = value
    }
}
