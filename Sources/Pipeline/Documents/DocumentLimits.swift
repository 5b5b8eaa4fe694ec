/// Bounds on a document, checked before and while it is read.
package struct DocumentLimits: Sendable, Hashable {
    /// Largest text in bytes. Default 1 MiB.
    package var bytes: Int
    /// Deepest nesting of lists and mappings. Default 64.
    package var depth: Int

    /// Limits with the defaults above.
    package init(bytes: Int = 1 << 20, depth: Int = 64) {
        self.bytes = bytes
        self.depth = depth
    }
}
