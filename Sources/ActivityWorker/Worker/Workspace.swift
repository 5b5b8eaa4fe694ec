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
            throw unusable(path, error)
        }
    }

    private static func unusable(_ path: String, _ error: any Error) -> TaskFailure {
        TaskFailure(
            .interrupted,
            message: "The task's workspace \(path) cannot be made: \(error)",
            next:
                "Look at paths.work in builderd.yaml: the folder must be there, writable for builderd and with room. The state machine retries."
        )
    }

    /// Makes the folder where it is missing, and leaves what is in it: an earlier process's tool may be at work there.
    static func keep(_ path: String) throws(TaskFailure) {
        do throws(JournalError) {
            try JournalFolder.make(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
            try JournalFolder.make(path)
        } catch {
            throw unusable(path, error)
        }
    }

    /// Whether there is such a folder.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

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
