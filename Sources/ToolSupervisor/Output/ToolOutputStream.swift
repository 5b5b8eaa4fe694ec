/// Which of a tool's two outputs.
package enum ToolOutputStream: String, Sendable, Hashable, CaseIterable {
    /// File descriptor 1.
    case stdout
    /// File descriptor 2.
    case stderr
}
