/// One parameter as it was read. Its value may be a secret.
package struct Parameter: Sendable, Hashable, Decodable {
    /// Full name.
    package let name: String
    /// Value, decrypted if that was asked for.
    package let value: String
    /// Version that was read.
    package let version: Int
    /// `SecureString`, `String` or `StringList`.
    package let type: String
    /// ARN.
    package let arn: String?

    /// A parameter of these parts.
    package init(name: String, value: String, version: Int, type: String = "SecureString", arn: String? = nil) {
        self.name = name
        self.value = value
        self.version = version
        self.type = type
        self.arn = arn
    }

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case value = "Value"
        case version = "Version"
        case type = "Type"
        case arn = "ARN"
    }
}

extension Parameter: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Name and version; never the value.
    package var description: String { "\(name):\(version)" }
    /// As `description`.
    package var debugDescription: String { description }
    /// Empty, so that `dump` leaks nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
