import FoundationEssentials
import OpenSSLDigest

/// This host's `LockRecord`s: one file for each state and task, `<digest of the state's address>-<task>.json`, which survives a loss of
/// power.
package struct LockRecords: Sendable {
    private let folder: String

    /// The records below `directory`, which is made with the first one.
    package init(directory: String) { folder = directory + "/locks" }

    /// Keeps `record`. When it returns, it survives a crash.
    package func write(_ record: LockRecord) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let (data, path) = (try encoder.encode(record), path(record.state, record.task))
        try await FileQueue.run { try PrivateFile.writeDurably(data, to: path) }
    }

    /// Removes the record of a task; one that is not there is fine.
    package func remove(state: String, task: String) throws { try PrivateFile.remove(path(state, task)) }

    /// The records of `state`.
    ///
    /// - Throws: when one of them cannot be read: it may be of a task that is alive.
    package func of(state: String) throws -> [LockRecord] {
        try read { $0.hasPrefix(Self.digest(state) + "-") }.filter { $0.state == state }
    }

    /// The records of `task`, of which there is one at most for each state.
    package func of(task: String) throws -> [LockRecord] { try read { $0.hasSuffix("-\(task).json") } }

    private func read(_ isWanted: (String) -> Bool) throws -> [LockRecord] {
        guard OutputFile.exists(folder) else { return [] }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        return try names.filter { $0.hasSuffix(".json") && isWanted($0) }.map { name in
            let record = try JSONDecoder().decode(
                LockRecord.self,
                from: Data(contentsOf: URL(filePath: folder + "/" + name))
            )
            guard record.schema == 1 else { throw CocoaError(.fileReadCorruptFile) }
            return record
        }
    }

    private func path(_ state: String, _ task: String) -> String { "\(folder)/\(Self.digest(state))-\(task).json" }

    private static func digest(_ state: String) -> String { String(SHA256.digest(state).hex.prefix(16)) }
}
