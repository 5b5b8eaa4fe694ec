import CLinux
import Glibc

/// What a tool may write and not read, as far as Landlock holds it to that.
///
/// Tools run under the daemon's user, so file modes alone keep nothing from them. Landlock only allows, so "all but these" is said by
/// allowing every neighbour along the way. https://docs.kernel.org/userspace-api/landlock.html
package struct Confinement: Codable, Sendable, Hashable {
    /// Absolute paths beneath which it may write, and read whatever `unreadable` says.
    package var writable: [String]
    /// Absolute paths beneath which it may read no file.
    package var unreadable: [String]

    /// A confinement of these parts.
    package init(writable: [String], unreadable: [String]) {
        self.writable = writable
        self.unreadable = unreadable
    }

    /// Whether this kernel can hold a tool to it: Landlock 2 (Linux 5.19), as version 1 forbids every rename between folders.
    package static var isAvailable: Bool { clinux_landlock_version() >= 2 }

    /// Rights to files (<linux/landlock.h>).
    private enum Right {
        static let write: UInt64 = 1 << 1
        static let read: UInt64 = 1 << 2
        /// Removing and making entries of every kind.
        static let change: UInt64 = 0b1_1111_1111 << 4
        static let rename: UInt64 = 1 << 13
        static let truncate: UInt64 = 1 << 14
    }

    /// The rule set; `nil` where the kernel has no Landlock.
    func ruleset() throws(SystemError) -> SharedDescriptor? {
        let version = clinux_landlock_version()
        guard version >= 2 else { return nil }
        let onFiles = Right.write | Right.read | (version >= 3 ? Right.truncate : 0)
        let everything = onFiles | Right.change | Right.rename
        let descriptor = clinux_landlock_create(everything)
        guard descriptor >= 0 else { throw SystemError("landlock_create_ruleset", -descriptor) }
        let ruleset = SharedDescriptor(owning: descriptor)
        for path in writable.map(Self.realPath) { try Self.allow(path, everything, onFiles: onFiles, in: ruleset) }
        try Self.allow("/dev", onFiles, onFiles: onFiles, in: ruleset)
        try Self.allow("/dev/shm", everything, onFiles: onFiles, in: ruleset)
        let real = Confinement(writable: [], unreadable: unreadable.map(Self.realPath))
        try real.allowReading("/", onFiles: onFiles, in: ruleset, depth: 0)
        return ruleset
    }

    /// Without symbolic links, which rules do not follow.
    private static func realPath(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Allows to read everything beneath `path` but what is unreadable.
    private func allowReading(_ path: String, onFiles: UInt64, in ruleset: SharedDescriptor, depth: Int)
        throws(SystemError)
    {
        guard depth < 64, !unreadable.contains(path) else { return }
        let prefix = path == "/" ? "/" : path + "/"
        guard unreadable.contains(where: { $0.hasPrefix(prefix) }) else {
            return try Self.allow(path, Right.read, onFiles: onFiles, in: ruleset)
        }
        for name in FolderEntries.names(path) {
            try allowReading(prefix + name, onFiles: onFiles, in: ruleset, depth: depth + 1)
        }
    }

    /// Allows `rights` beneath `path`. What is not there, or is a link to where a rule of its own counts, is passed over.
    private static func allow(_ path: String, _ rights: UInt64, onFiles: UInt64, in ruleset: SharedDescriptor)
        throws(SystemError)
    {
        let descriptor = unsafe open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return }
        let place = FileHandle(owning: descriptor)
        var information = stat()
        guard unsafe fstat(place.descriptor, &information) == 0 else { throw SystemError("fstat", errno) }
        let kind = information.st_mode & S_IFMT
        guard kind != S_IFLNK else { return }
        let code = clinux_landlock_allow(
            ruleset.descriptor,
            place.descriptor,
            kind == S_IFDIR ? rights : rights & onFiles
        )
        guard code == 0 else { throw SystemError("landlock_add_rule", -code) }
    }
}
