/// Why a reload changed nothing, or why that is not known.
package struct ReloadFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line, with what to do.
    package let description: String

    /// A failure that is said in this line.
    init(_ description: String) { self.description = description }
}
