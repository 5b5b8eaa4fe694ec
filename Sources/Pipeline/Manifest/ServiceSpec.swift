/// One service that the application asks to use.
package struct ServiceSpec: Sendable, Hashable, Codable {
    /// Kind of the service, for example `s3`.
    package var type: String
    /// What it wants of it, for example `read`.
    package var access: String

    /// A value of these parts.
    package init(type: String, access: String) {
        self.type = type
        self.access = access
    }
}
