/// One `name = value` of an AWS configuration file.
struct ConfigProperty: Sendable, Hashable {
    /// The value; continuation lines follow after a newline each. Empty when `nested` has the lines below it.
    var value: String
    /// The indented `name = value` lines below a property without a value of its own.
    var nested: [String: String] = [:]
    /// The file it stands in.
    let file: String
    /// The line it begins on, from 1.
    let line: Int
    /// Whether the file is the credentials file.
    let isInCredentialsFile: Bool

    /// `file:line`, for messages.
    var place: String { "\(file):\(line)" }
}
