import AWSClient
import ActivityWorker
import FoundationEssentials
import Logging
import Pipeline

extension ProvisionStage {
    var locks: DeadLocks { DeadLocks(environment: environment, host: host) }

    /// Now, since 1970.
    var milliseconds: Int64 { Int64(pace.now().timeIntervalSince1970 * 1000) }

    /// Before the first command that takes the lock: what it leaves when it is killed is known by this.
    func noteLock(of backend: StateBackend, _ context: TaskContext) async throws {
        _ = try await context.step("note-lock", inputs: [backend.uri]) {
            try await locks.note(backend, context, at: milliseconds)
            return true
        }
    }

    /// After the last command that takes the lock ended well.
    func forgetLock(of backend: StateBackend, _ context: TaskContext) async throws {
        _ = try await context.step("forget-lock", inputs: [backend.uri]) {
            locks.forget(backend.uri, context)
            return true
        }
    }

    /// Takes away a dead lock of this host's own before `command` would wait for it. Whether the state is free then.
    @discardableResult
    func openLock(of backend: StateBackend, before command: String, _ context: TaskContext) async throws -> Bool {
        try await context.step("open-lock-" + command, inputs: [backend.uri]) {
            do throws(AWSError) {
                return try await locks.release(backend.bucket, key: backend.key, context.logger) == .free
            } catch {
                // Whether there is a lock Terraform says too.
                context.logger.warning("Whether \(backend.uri) is locked cannot be told: \(error)")
                return false
            }
        }
    }

    /// Runs a command that takes the state's lock; once more where the lock that it met turned out to be a dead one of this host's own.
    func locking(
        _ name: String,
        _ arguments: [String],
        _ terraform: TerraformRun,
        _ backend: StateBackend
    ) async throws -> TerraformRun.Ended {
        let ended = try await terraform.run(name, arguments)
        guard ended.messages.errors.contains(where: { $0.summary == TerraformFailure.lockedSummary }) else {
            return ended
        }
        let again = name + "-again"
        guard try await openLock(of: backend, before: again, terraform.context) else { return ended }
        return try await terraform.run(again, arguments)
    }
}
