import FoundationEssentials

/// A folder of one test's own, 0700, removed with everything in it when the value goes away.
package final class TemporaryFolder: Sendable {
    /// Absolute path, symbolic links resolved.
    package let path: String

    /// Makes the folder under the system's temporary directory.
    package init() throws {
        let base = FileManager.default.temporaryDirectory.path
        let name = "builderd-test-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let made = base.hasSuffix("/") ? base + name : base + "/" + name
        try FileManager.default.createDirectory(
            atPath: made,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        path = made
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a text file in the folder and returns its absolute path; folders on the way are made.
    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        if let slash = file.lastIndex(of: "/") {
            try FileManager.default.createDirectory(atPath: String(file[..<slash]), withIntermediateDirectories: true)
        }
        try Data(text.utf8).write(to: URL(filePath: file))
        return file
    }
}
