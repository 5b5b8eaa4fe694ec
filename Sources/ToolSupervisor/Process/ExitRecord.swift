import FoundationEssentials

/// `exit.json` in a tool's folder: the tool is over, and this is how.
package struct ExitRecord: Codable, Sendable, Hashable {
    /// The file's name.
    package static let name = "exit.json"
    /// Format of the file; this version writes 1.
    package var schema = 1
    /// Exit status when it exited by itself.
    package var status: Int32?
    /// Signal number when a signal ended it.
    package var signal: Int32?
    /// Whether it was sent SIGTERM by the stop policy.
    package var stopped: Bool
    /// Whether the hard deadline passed.
    package var killed: Bool

    /// The record in `folder`; `nil` where there is none yet.
    package static func load(folder: String) throws(ToolError) -> ExitRecord? {
        let path = folder + "/" + name
        do {
            guard let bytes = try PrivateFile.read(path) else { return nil }
            return try JSONDecoder().decode(ExitRecord.self, from: Data(bytes))
        } catch {
            throw ToolError(.folder, message: "\(path) cannot be read: \(error)", next: "take the tool as lost")
        }
    }

    func write(folder: String) throws {
        try PrivateFile.replace(folder + "/" + Self.name, with: Array(try JSONEncoder().encode(self)))
    }
}
