import Glibc
import Logging

extension FileJournal {
    private struct Document: Codable {
        var schema: Int
        var stages: [StagePause]
    }

    private static let pausesName = "paused.json"
    /// The version of the file that this code writes, and the only one it trusts.
    private static let pausesSchema = 1

    /// Which stages are paused, by `<state>/paused.json`. A file that cannot be read goes to the quarantine, which is said loudly: the
    /// stages would be polled although somebody did not want it.
    package func pauses() -> [StagePause] {
        let path = "\(root)/\(Self.pausesName)"
        guard unsafe access(path, F_OK) == 0 else { return [] }
        if let file = try? JournalFile(path, O_RDONLY), let bytes = try? file.read(limit: 64 * 1024),
            let document = try? JournalDocument.plain(Document.self, bytes), document.schema == Self.pausesSchema
        {
            return document.stages
        }
        logger.error("\(path) is damaged or of another version and is moved to quarantine: no stage is paused any more")
        try? JournalFolder.rename(path, to: "\(root)/quarantine/\(Self.pausesName)")
        return []
    }

    /// Keeps which stages are paused. When it returns, a crash and a restart do not change it.
    package func keep(_ pauses: [StagePause]) async throws(JournalError) {
        try await onThread { [self] () throws(JournalError) in
            let path = "\(root)/\(Self.pausesName)"
            let document = Document(schema: Self.pausesSchema, stages: pauses.sorted { $0.stage < $1.stage })
            try replace(path, with: try JournalDocument.encode(document), in: root, "pauses")
        }
    }
}
