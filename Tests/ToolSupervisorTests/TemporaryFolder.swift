import Foundation

/// A folder of one test's own, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/builderd-tools-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Makes a file with this content and mode.
    func make(_ name: String, _ content: String = "", mode: Int = 0o644) {
        let made = FileManager.default.createFile(
            atPath: path + "/" + name,
            contents: Data(content.utf8),
            attributes: [.posixPermissions: mode]
        )
        precondition(made, "cannot make \(path)/\(name)")
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }
}
