import FoundationEssentials

/// `exit.json` in a tool's folder: everything of the tool is over, and this is how.
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
    /// Whether the supervisor began the stop policy by itself, as the lease's deadline had passed.
    package var fenced: Bool = false
    /// Processes that the leader left behind and that were killed.
    package var leftOvers: Int = 0
    /// Processes that did not go within 10 s of SIGKILL (uninterruptible sleep).
    package var survivors: [Int32] = []

    /// The record in `folder`; `nil` where there is none yet.
    package static func load(folder: String) throws(ToolError) -> ExitRecord? {
        try RecordFile.load(ExitRecord.self, folder + "/" + name)
    }

    func write(folder: ToolFolder) throws(ToolError) {
        try RecordFile.write(self, "\(folder.path)/\(Self.name)", inRoomOf: folder.reservedPath)
    }
}
