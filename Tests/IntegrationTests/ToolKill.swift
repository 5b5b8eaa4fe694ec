import ActivityWorker
import Foundation
import ToolSupervisor

/// Kills a tool of a task as somebody else would.
enum ToolKill {
    /// Runs `work`, lets `isTime` return, kills the leader of the tool `name` in the task's workspace with SIGKILL, and returns what `work`
    /// failed with.
    static func failure(
        of name: String,
        in context: TaskContext,
        when isTime: () async throws -> Void,
        _ work: @escaping @Sendable () async throws -> Void
    ) async throws -> TaskFailure {
        let running = Task { try await work() }
        try await isTime()
        guard let record = try StartRecord.load(folder: "\(context.workspace)/tools/\(name)") else {
            throw Survived(description: "\(name) was not started")
        }
        kill(record.pid, SIGKILL)
        do {
            try await running.value
        } catch let failure as TaskFailure {
            return failure
        }
        throw Survived(description: "\(name) was killed, and the stage succeeded")
    }

    /// What was to be killed lived on, or never did.
    struct Survived: Error, CustomStringConvertible { var description: String }
}
