import Glibc

/// A tool's folder: the contract between the daemon and the tool's supervisor, which outlives it.
///
/// | file | written by | says |
/// |---|---|---|
/// | `request.json` | daemon | what to run |
/// | `lock` | supervisor | held for as long as the supervisor lives |
/// | `poisoned` | daemon | nothing was started here, and nothing may be any more |
/// | `exit.reserved` | supervisor | nothing: it is the room for `exit.json` or `failed.json` on a disk that fills |
/// | `started.json` | supervisor | the leader, before it executes |
/// | `failed.json` | supervisor | nothing was started, and why |
/// | `stop` | daemon | run the stop policy; a number in it is the latest time for SIGKILL, in milliseconds since boot |
/// | `exit.json` | supervisor | everything of the tool is over, and how it ended |
/// | `stdout`, `stderr` | tool | its output, as it is |
/// | `logged.json` | daemon | how much of the output has been logged |
/// | `supervisor.log` | supervisor | what it complained of |
struct ToolFolder: Sendable, Hashable {
    /// Absolute path.
    let path: String

    static let lock = "lock"
    static let poisoned = "poisoned"
    static let stop = "stop"
    static let reserved = "exit.reserved"

    init(_ path: String) { self.path = path }

    var outputPath: String { path + "/stdout" }
    var errorPath: String { path + "/stderr" }
    var reservedPath: String { "\(path)/\(Self.reserved)" }
    var supervisorLog: String { path + "/supervisor.log" }

    /// Whether the folder has this entry.
    func has(_ name: String) -> Bool { unsafe access("\(path)/\(name)", F_OK) == 0 }

    /// Whether the folder is there.
    var exists: Bool { unsafe access(path, F_OK) == 0 }

    /// Whether a supervisor may not start here: one did, or recovery said that none may.
    var isSpent: Bool { [Self.poisoned, StartRecord.name, StartFailure.name, ExitRecord.name].contains(where: has) }

    /// Whether how it ended is on record.
    var isOver: Bool { has(ExitRecord.name) || has(StartFailure.name) }

    /// Makes an empty file of this name; one that is there is well.
    func mark(_ name: String) throws(SystemError) {
        let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError("open", errno) }
        close(descriptor)
    }

    /// Asks the supervisor to run the stop policy. Where there is no room for the deadline it is asked without.
    ///
    /// - Parameter deadline: since boot; everything of the tool is sent SIGKILL by then, whatever is left of the grace.
    /// - Throws: when the deadline could not be said; the supervisor may have been asked all the same.
    func askToStop(by deadline: Duration?) throws(SystemError) {
        guard let deadline else { return try mark(Self.stop) }
        do {
            try PrivateFile.replace("\(path)/\(Self.stop)", with: Array("\(deadline.wholeMilliseconds)\n".utf8))
        } catch {
            try mark(Self.stop)
            throw error
        }
    }

    /// The deadline in `stop`; `nil` where there is no such file, or no deadline in it.
    var stopDeadline: Duration? {
        guard let bytes = try? PrivateFile.read("\(path)/\(Self.stop)") else { return nil }
        return Int64(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)).map {
            .milliseconds($0)
        }
    }

    /// The folder of the same tool's next start: `name`, `name~2`, `name~3`…
    var next: ToolFolder {
        guard let mark = path.lastIndex(of: "~"), let number = Int(path[path.index(after: mark)...]) else {
            return ToolFolder(path + "~2")
        }
        return ToolFolder("\(path[..<mark])~\(number + 1)")
    }

    /// The last folder in the row that begins with this one.
    var latest: ToolFolder {
        var latest = self
        while latest.next.exists { latest = latest.next }
        return latest
    }
}
