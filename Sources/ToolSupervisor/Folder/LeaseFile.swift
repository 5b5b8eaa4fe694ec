import Glibc

/// The file with a task's deadline, which the daemon moves on after each acknowledged heartbeat and every supervisor of the task's tools
/// looks at. When it passes, the supervisor runs the stop policy by itself: a daemon that is dead, stopped or hung fences too.
///
/// One line of 20 digits: milliseconds since boot, on the clock that counts suspension (`CLOCK_BOOTTIME`). The width is fixed so that it
/// is written over in place: a new file would find no room on a full disk, and the fence would end tools whose task is well.
package enum LeaseFile {
    /// The file's name in a task's workspace.
    package static let name = "lease"
    private static let digits = 20

    /// Moves the deadline at `path`.
    ///
    /// - Parameter deadline: since boot.
    /// - Throws: `folder`; the supervisors then go by the last deadline, which is the safe side.
    package static func write(_ path: String, deadline: Duration) throws(ToolError) {
        let number = String(max(0, deadline.wholeMilliseconds))
        let line = Array((String(repeating: "0", count: digits - number.utf8.count) + number + "\n").utf8)
        do throws(SystemError) {
            do throws(SystemError) {
                // One call within one page: a reader sees the old line or the new one.
                try FileHandle(overwriting: path).overwrite(line)
            } catch {
                guard error.number == ENOENT else { throw error }
                try PrivateFile.replace(path, with: line)
            }
        } catch {
            throw ToolError(
                .folder,
                message: "cannot write \(path): \(error)",
                next: "check the space and the mode of the work directory",
                number: error.number
            )
        }
    }

    /// The deadline since boot; `nil` when there is no such file, or it is not exactly such a line: then the last one read counts.
    static func read(_ path: String) -> Duration? {
        guard let file = try? FileHandle(reading: path) else { return nil }
        // One more than there is to be, to see that nothing follows.
        var line = [UInt8](repeating: 0, count: digits + 2)
        guard (try? file.read(into: &line, at: 0)) == digits + 1, line[digits] == UInt8(ascii: "\n"),
            line[..<digits].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(String(decoding: line[..<digits], as: UTF8.self)).map { .milliseconds($0) }
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
