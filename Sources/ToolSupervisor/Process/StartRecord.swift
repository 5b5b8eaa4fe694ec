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

    /// The record in `folder`; `nil` where nothing was started.
    package static func load(folder: String) throws(ToolError) -> StartRecord? {
        let path = folder + "/" + name
        do {
            guard let bytes = try PrivateFile.read(path) else { return nil }
            return try JSONDecoder().decode(StartRecord.self, from: Data(bytes))
        } catch {
            throw ToolError(
                .folder,
                message: "\(path) cannot be read: \(error)",
                next: "look for a tool that still runs by hand"
            )
        }
    }

    func write(folder: String) throws {
        try PrivateFile.replace(folder + "/" + Self.name, with: Array(try JSONEncoder().encode(self)))
    }

    /// This boot's id.
    static func currentBootId() -> String {
        let bytes = (try? PrivateFile.read("/proc/sys/kernel/random/boot_id")) ?? nil
        return String(decoding: (bytes ?? []).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
