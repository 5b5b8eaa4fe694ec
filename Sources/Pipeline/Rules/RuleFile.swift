/// One file of rules as it was found.
package struct RuleFile: Sendable, Hashable {
    /// Its path, for problems.
    package var path: String
    /// YAML or JSON.
    package var bytes: [UInt8]

    /// A file of these parts.
    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}
