import AWSClient
import ActivityWorker
import Pipeline
import Stages
import TestSupport

/// One stage with everything around it, fresh, for one process that dies and one that goes on.
struct CrashSubject {
    /// The task's workspace.
    var workspace: String
    /// Runs the stage from its top.
    var run: (_ runtime: any TaskRuntime, _ point: CrashPoint) async throws -> String
    /// What its tools do.
    var tool: CrashingTaskRuntime.Tool
    /// What is in the accounts and on the host's disk now.
    var effects: () -> [AnyHashable]

    /// What the stage returned or failed with.
    func ending(_ runtime: CrashingTaskRuntime, _ point: CrashPoint, folder: String) async throws -> String {
        do {
            return try await run(runtime, point)
        } catch {
            // Whatever a dead process's code made of it.
            if point.isDead { throw CrashPoint.Crash() }
            guard let failure = error as? TaskFailure else { throw error }
            return "\(failure)".split(separator: folder, omittingEmptySubsequences: false).joined(separator: "…")
        }
    }
}

extension CrashSubject {
    /// A stage over `StageFixture`.
    init(
        _ fixture: StageFixture,
        _ stage: Stage,
        action: TaskHeader.Action = .run,
        handler: @escaping (StageEnvironment) -> any StageHandler,
        tool: @escaping CrashingTaskRuntime.Tool = { _, _ in (0, "") }
    ) {
        self.init(
            workspace: fixture.workspace,
            run: { runtime, point in
                var environment = fixture.environment
                environment.aws = environment.aws.crashing(at: point)
                return try await handler(environment).run(try fixture.context(stage, action, runtime: runtime))
            },
            tool: tool,
            effects: {
                let now = fixture.cloud.now
                return [
                    now.images, now.snapshots, now.instances, now.keyPairs, now.groups, now.objects, now.objectKeys,
                    now.logGroups, now.items, (try? FileTree.paths(in: fixture.folder.path + "/state"))?.sorted() ?? [],
                ]
            }
        )
    }
}
