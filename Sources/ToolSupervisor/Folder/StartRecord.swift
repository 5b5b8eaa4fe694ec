import FoundationEssentials

/// `started.json` in a tool's folder: which process the tool is.
package struct StartRecord: Codable, Sendable, Hashable {
    /// The file's name.
    package static let name = "started.json"
    /// Format of the file; this version writes 1.
    package var schema = 1
    /// The leader's process number, which is its session's too.
    package var pid: Int32
    /// The leader's start in clock ticks after boot: with `pid` and `bootId`, the process's name for all time.
    package var startTime: UInt64
    /// `/proc/sys/kernel/random/boot_id`.
    package var bootId: String
    /// Absolute path of the program.
    package var executable: String
    /// From SIGTERM to SIGKILL, in milliseconds.
    package var graceMilliseconds: Int64
    /// The supervisor's process number and start.
    package var supervisor: Int32 = 0
    package var supervisorStartTime: UInt64 = 0
    /// Absolute path of the tool's own cgroup; `nil` where its descendants stand in for one.
    package var cgroup: String?
    /// Whether Landlock confines it.
    package var isConfined: Bool = false

    /// The record in `folder`; `nil` where nothing was started.
    package static func load(folder: String) throws(ToolError) -> StartRecord? {
        try RecordFile.load(StartRecord.self, folder + "/" + name)
    }

    /// Whether the record in `folder` names this process as the supervisor. The folder may be one that a tool says, so what is no small
    /// record of this boot names nobody.
    static func names(_ supervisor: ProcessIdentity, in folder: String) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        guard let file = try? FileHandle(readingUntrusted: folder + "/" + name),
            let count = try? file.read(into: &buffer, at: 0), count < buffer.count,
            let record = try? JSONDecoder().decode(StartRecord.self, from: Data(buffer[..<count]))
        else { return false }
        return record.supervisor == supervisor.pid && record.supervisorStartTime == supervisor.startTime
            && record.bootId == currentBootId()
    }

    func write(folder: String) throws(ToolError) { try RecordFile.write(self, folder + "/" + Self.name) }

    /// This boot's id.
    package static func currentBootId() -> String {
        let bytes = (try? PrivateFile.read("/proc/sys/kernel/random/boot_id")) ?? nil
        return String(decoding: (bytes ?? []).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
