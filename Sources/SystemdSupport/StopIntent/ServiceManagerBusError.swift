/// Why the service manager gave no answer over the message bus.
struct ServiceManagerBusError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was asked: `connect`, `GetUnitByPID`, `Job`, `JobType` or `SystemState`.
    let operation: String
    /// The D-Bus error's name where the other side answered one, for example `org.freedesktop.DBus.Error.UnknownObject`.
    let name: String?
    /// One sentence for a person.
    let message: String

    /// `operation: message`.
    var description: String { "\(operation): \(message)" }

    /// Whether the object that was asked is no longer there, as when a job ends between two questions.
    var isUnknownObject: Bool { name == "org.freedesktop.DBus.Error.UnknownObject" }
}
