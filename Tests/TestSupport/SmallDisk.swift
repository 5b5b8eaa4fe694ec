import Foundation

/// A tmpfs of a few mebibytes over a folder, for tests that fill a disk; unmounted with it.
package final class SmallDisk: Sendable {
    private let path: String

    /// Whether a tmpfs can be mounted here: root, and no container that forbids it. Says so aloud where not.
    package static let isAvailable: Bool = {
        do {
            let folder = try TemporaryFolder()
            _ = try SmallDisk(over: folder.path, mebibytes: 1)
            return true
        } catch {
            print("SKIPPED: no tmpfs can be mounted here (\(error)): what a full disk does is not tested")
            return false
        }
    }()

    /// Mounts it over the folder at `path`.
    package init(over path: String, mebibytes: Int) throws {
        guard unsafe mount("builderd-test", path, "tmpfs", 0, "size=\(mebibytes)m,mode=0700") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
        self.path = path
    }

    deinit { unsafe umount2(path, Int32(MNT_DETACH)) }

    /// Fills it to the last byte with files named `filler-…`.
    package func fill() {
        var number = 0
        for size in [1 << 20, 1 << 12, 1] {
            while (try? Data(repeating: 0, count: size).write(to: URL(filePath: "\(path)/filler-\(number)"))) != nil {
                number += 1
            }
        }
    }

    /// Removes what `fill` made.
    package func empty() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasPrefix("filler-") {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }
}
