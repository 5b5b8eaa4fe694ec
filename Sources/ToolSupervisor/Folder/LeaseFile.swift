import Glibc

/// The file with a task's deadline, which the daemon moves on after each acknowledged heartbeat and every supervisor of the task's tools
/// looks at. When it passes, the supervisor runs the stop policy by itself: a daemon that is dead, stopped or hung fences too.
///
/// One line: milliseconds since boot, on the clock that counts suspension (`CLOCK_BOOTTIME`).
package enum LeaseFile {
    /// The file's name in a task's workspace.
    package static let name = "lease"

    /// Moves the deadline at `path`.
    ///
    /// - Parameter deadline: since boot.
    /// - Throws: `folder`; the supervisors then go by the last deadline, which is the safe side.
    package static func write(_ path: String, deadline: Duration) throws(ToolError) {
        do {
            try PrivateFile.replace(path, with: Array("\(deadline.wholeMilliseconds)\n".utf8))
        } catch {
            throw ToolError(
                .folder,
                message: "cannot write \(path): \(error)",
                next: "check the space and the mode of the work directory",
                number: error.number
            )
        }
    }

    /// The deadline since boot; `nil` when there is no such file, or it cannot be understood.
    static func read(_ path: String) -> Duration? {
        guard let bytes = try? PrivateFile.read(path) else { return nil }
        let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return Int64(text).map { .milliseconds($0) }
    }

    /// Time since boot, suspension included.
    static func sinceBoot() -> Duration {
        var time = timespec()
        // Cannot fail: the clock exists on every Linux since 2.6.39, and the pointer is valid.
        _ = unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension Duration {
    /// Cut to milliseconds.
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
