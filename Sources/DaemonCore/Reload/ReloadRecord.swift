import FoundationEssentials

/// `reload.json` in the unit's runtime folder: what became of the last reload. `builderd reload` waits for it.
///
/// A file and no answer of a socket, as the configuration that is reloaded says where the sockets are, and it may be wrong.
struct ReloadRecord: Codable, Sendable, Hashable {
    /// Microseconds of CLOCK_MONOTONIC when reading began: what a SIGHUP before that has asked for is in it.
    var began: Int64
    /// Why nothing was changed; `nil` when all of the file was applied.
    var refusal: String?

    /// The file's path in `folder`.
    static func path(in folder: String) -> String { folder + "/reload.json" }

    /// The record in `folder`; `nil` where there is none that can be read.
    static func load(folder: String) -> ReloadRecord? {
        guard let data = try? Data(contentsOf: URL(filePath: path(in: folder))) else { return nil }
        return try? JSONDecoder().decode(ReloadRecord.self, from: data)
    }

    /// Replaces the record in `folder` in one step.
    func write(folder: String) throws {
        try JSONEncoder().encode(self).write(to: URL(filePath: Self.path(in: folder)), options: .atomic)
    }
}
