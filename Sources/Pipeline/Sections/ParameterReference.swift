/// Where a section is: a parameter's name and version, never its value.
package struct ParameterReference: Sendable, Hashable, Codable {
    /// `/builderd/<app>/<env>/<execution>/<section>`.
    package var name: String
    /// Parameter version.
    package var version: Int

    /// A value of these parts.
    package init(name: String, version: Int) {
        self.name = name
        self.version = version
    }
}
