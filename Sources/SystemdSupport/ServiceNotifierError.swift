/// Why the service manager could not be told something.
package struct ServiceNotifierError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The step that failed: `address`, `socket` or `send`.
    package let operation: String
    /// errno of the call; 0 for an address that cannot be one.
    package let number: Int32
    /// One sentence for a person.
    package let message: String

    /// `operation: message`.
    package var description: String { "\(operation): \(message)" }
}
