import FoundationEssentials

/// A folder of this run's own, 0700, removed when the value goes away (a signal leaves it to `Tests/bench`, which gives `TMPDIR`).
final class PrivateFolder: Sendable {
    let path: String

    init() throws {
        let name = "worker-benchmark-\(UInt64.random(in: 0 ... .max))"
        path = FileManager.default.temporaryDirectory.appending(path: name).path
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
