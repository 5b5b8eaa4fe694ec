import FoundationEssentials
import Glibc

/// A task's private folder.
enum Workspace {
    /// Makes an empty folder at `path` with mode 0700, and the folder above it if that is missing. What an earlier run left there is removed.
    static func make(_ path: String) throws(TaskFailure) {
        do {
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            try JournalFolder.make(parent)
            try JournalFolder.make(path)
        } catch {
            throw TaskFailure(
                .interrupted,
                message: "The task's workspace \(path) cannot be made: \(error)",
                next:
                    "Look at paths.work in builderd.yaml: the folder must be there, writable for builderd and with room. The state machine retries."
            )
        }
    }

    /// Removes the folder and all in it; says so when it cannot.
    static func remove(_ path: String) -> (any Error)? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            try FileManager.default.removeItem(atPath: path)
            return nil
        } catch {
            return error
        }
    }
}
