import FoundationEssentials
import Glibc

/// The folder that holds the tasks' workspaces.
struct WorkFolder: Sendable {
    /// Absolute path.
    let path: String

    /// Tools' own files are what fills it; builderd's records are far smaller.
    private static let leastRoom: UInt64 = 64 << 20

    /// What a person is to do about a folder that is full.
    static let makeRoom =
        "Make room in the work folder (paths.work) or give it a larger disk; the state machine retries the state."

    /// Whether a call failed with `number` because there is no room, or no more of the user's quota.
    static func isFull(_ number: Int32?) -> Bool { number == ENOSPC || number == EDQUOT }

    /// Why no task may be claimed: the folder cannot be used, or has less room than 64 MiB and than a twentieth of its file system; or `nil`.
    func obstacle() -> String? { defect() ?? shortage() }

    /// Makes the folder (0700) when it is not there and makes and removes a folder in it; why that cannot be done, or `nil`.
    func defect() -> String? {
        do {
            if !FileManager.default.fileExists(atPath: path) {
                try FileManager.default.createDirectory(
                    atPath: path,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            }
        } catch {
            return "it cannot be made: \(unsafe String(cString: strerror(errno)))"
        }
        let probe = path + "/.probe-\(getpid())"
        guard unsafe mkdir(probe, 0o700) == 0 || errno == EEXIST else {
            return "nothing can be made in it: \(unsafe String(cString: strerror(errno)))"
        }
        _ = unsafe rmdir(probe)
        return nil
    }
    /// On a full tmpfs folders can still be made.
    private func shortage() -> String? {
        guard let space = FolderSpace(path) else { return nil }
        let least = min(Self.leastRoom, space.size / 20)
        guard space.free < least else { return nil }
        return "it is full: \(space.free >> 10) KiB are free, and \(least >> 10) KiB are needed"
    }
}
