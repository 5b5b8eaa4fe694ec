import FoundationEssentials
import Glibc

/// The folder that holds the tasks' workspaces.
struct WorkFolder: Sendable {
    /// Absolute path.
    let path: String

    /// Makes the folder (0700) when it is not there and makes and removes a folder in it; why that cannot be done, or `nil`.
    func obstacle() -> String? {
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
}
