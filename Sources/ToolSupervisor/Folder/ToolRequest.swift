/// `request.json` in a tool's folder: what its supervisor is to run. It holds no secret: tools get those by reference.
struct ToolRequest: Codable, Sendable, Hashable {
    /// The file's name.
    static let name = "request.json"
    /// Format of the file; this version writes 1.
    var schema = 1
    /// Absolute path of the program.
    var path: String
    /// The whole of argv.
    var arguments: [String]
    /// `NAME=value`; nothing else is inherited.
    var environment: [String]
    /// Absolute path.
    var directory: String
    /// From SIGTERM to SIGKILL, in milliseconds.
    var graceMilliseconds: Int64
    /// Absolute path of the task's `LeaseFile`; `nil` for a tool without a fence.
    var lease: String?
    /// Absolute path of the cgroup to make for the tool; `nil` where its descendants stand in for one.
    var cgroup: String?
    /// What the tool may write and not read; `nil` for no confinement.
    var confinement: Confinement?

    /// The request in `folder`.
    static func load(folder: ToolFolder) throws(ToolError) -> ToolRequest {
        let path = "\(folder.path)/\(name)"
        guard let request = try RecordFile.load(ToolRequest.self, path) else {
            throw ToolError(.folder, message: "\(path) is not there", next: "start tools through the daemon only")
        }
        return request
    }

    func write(folder: ToolFolder) throws(ToolError) { try RecordFile.write(self, "\(folder.path)/\(Self.name)") }
}
