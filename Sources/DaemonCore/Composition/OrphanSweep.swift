import ActivityWorker
import FoundationEssentials
import Logging
import Observability
import ServiceLifecycle

/// Ends tools and removes workspaces that no claim in the journal accounts for: of a state folder that was lost or moved, of a claim that
/// cannot be read, or of a task whose workspace could not be removed.
final class OrphanSweep: Service {
    private let orphans: [String]
    private let tools: any ToolRunning
    private let logger: Logger
    private let over = Latch()

    /// A sweep of these workspaces, absolute paths.
    init(orphans: [String], tools: any ToolRunning, logger: Logger) {
        self.orphans = orphans
        self.tools = tools
        self.logger = logger
    }

    /// The workspaces in `directory` that belong to none of `claims`. To be asked before a worker makes new ones.
    ///
    /// - Parameter id: a claim's task id; `nil` where its envelope cannot be read: then nobody knows which workspace was its.
    static func orphans(in directory: String, claims: [ClaimRecord], id: (ClaimRecord) -> String?) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let known = Set(claims.compactMap(id))
        return names.filter { isTaskID($0) && !known.contains($0) }.sorted().map { "\(directory)/\($0)" }
    }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            for orphan in orphans { group.addTask { await self.end(orphan) } }
        }
        over.open()
    }

    /// Returns when no tool runs in an orphan any more.
    func ended() async { await over.wait() }

    private func end(_ orphan: String) async {
        logger.warning("the workspace \(orphan) belongs to no task: its tools are ended and it is removed")
        await tools.endLeftOvers(under: orphan + "/tools", logger: logger)
        do {
            try FileManager.default.removeItem(atPath: orphan)
        } catch {
            logger.error("the workspace \(orphan) cannot be removed: \(error)")
        }
    }

    private static func isTaskID(_ name: String) -> Bool {
        name.utf8.count == 16 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
