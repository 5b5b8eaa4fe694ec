import FoundationEssentials

/// `logged.json` in a tool's folder: how much of the output has been handed to the log, so that a successor goes on there.
///
/// Written after lines were handed on and are out (`LogProgress`), so a daemon that is killed may repeat those that it handed on since,
/// most often of its last fifth of a second; one that hands over repeats and leaves out nothing.
struct LoggedOutput: Codable, Sendable, Hashable {
    /// The file's name.
    static let name = "logged.json"
    /// Format of the file; this version writes 1.
    var schema = 1
    /// Bytes of `stdout`.
    var stdout = 0
    /// Bytes of `stderr`.
    var stderr = 0

    /// The record in `folder`; zeros where there is none, or none that can be read: repeating lines beats losing them.
    static func load(folder: ToolFolder) -> LoggedOutput {
        let record = try? RecordFile.load(LoggedOutput.self, "\(folder.path)/\(name)")
        return (record ?? nil) ?? LoggedOutput()
    }

    func write(folder: ToolFolder) throws(ToolError) { try RecordFile.write(self, "\(folder.path)/\(Self.name)") }
}
