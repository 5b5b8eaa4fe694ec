import ActivityWorker
package import FoundationEssentials
import Glibc
import Pipeline

/// Files and folders of a task's workspace: only the daemon's user may read them.
package enum PrivateFile {
    /// Writes `data` to `path` with mode 0600, whole or not at all. Written again, it is there all the time: a tool that is at work while
    /// its stage runs again may read it at any moment.
    ///
    /// - Throws: `TaskFailure` `Builder.Interrupted` when there is no room, which a retry may find elsewhere or later.
    package static func write(_ data: Data, to path: String) throws {
        let part = path + ".part"
        let manager = FileManager.default
        try? manager.removeItem(atPath: part)
        guard manager.createFile(atPath: part, contents: Data(), attributes: [.posixPermissions: 0o600]) else {
            throw outOfSpace(errno, path) ?? CocoaError(.fileWriteUnknown)
        }
        // Written without `.atomic`, which would make a new file with the mode of the umask.
        do {
            try data.write(to: URL(filePath: part))
        } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
            // Half a file would keep the room that others need.
            try? manager.removeItem(atPath: part)
            throw outOfSpace(ENOSPC, path) ?? error
        }
        // FileManager moves nothing to where something is.
        guard unsafe rename(part, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// The same, and when it returns the file survives a loss of power.
    package static func writeDurably(_ data: Data, to path: String) throws {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try makeFolder(folder)
        let part = path + ".new"
        try write(data, to: part)
        try synchronize(part)
        guard unsafe rename(part, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        try synchronize(folder)
    }

    /// Removes a file; one that is not there is fine.
    package static func remove(_ path: String) throws {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw CocoaError(.fileWriteUnknown) }
    }

    private static func synchronize(_ path: String) throws {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CocoaError(.fileReadUnknown) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw outOfSpace(errno, path) ?? CocoaError(.fileWriteUnknown) }
    }

    /// The failure when `number` says that there is no room, or no more of the user's quota.
    private static func outOfSpace(_ number: Int32?, _ path: String) -> TaskFailure? {
        guard number == ENOSPC || number == EDQUOT else { return nil }
        return TaskFailure(
            .builderInterrupted,
            message: "\(path) cannot be written: the disk is full.",
            next:
                "Make room in the work and state folders (paths.work, paths.state); the state machine retries the state."
        )
    }

    /// Writes `text` as UTF-8 to `path` with mode 0600.
    package static func write(_ text: String, to path: String) throws {
        try write(Data(text.utf8), to: path)
    }

    /// Writes `value` as JSON with sorted keys to `path` with mode 0600.
    package static func write(json value: some Encodable, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try write(encoder.encode(value), to: path)
    }

    /// Makes the folder `path` with mode 0700, and those above it; one that exists is fine.
    package static func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }
}
