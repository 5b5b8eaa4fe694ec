import ActivityWorker
import Logging

/// The service with a probe point before and after each call that counts.
struct ProbedService: ActivityService {
    let service: any ActivityService
    let points: ProbePoints

    func poll(activity: String, workerName: String) async throws(ActivityServiceError) -> PolledTask? {
        let task = try await service.poll(activity: activity, workerName: workerName)
        if task != nil { points.pass("poll.answered") }
        return task
    }

    func heartbeat(token: TaskToken) async throws(ActivityServiceError) {
        points.pass("heartbeat.before")
        try await service.heartbeat(token: token)
        points.pass("heartbeat.after")
    }

    func succeed(token: TaskToken, output: String) async throws(ActivityServiceError) {
        points.pass("report.before")
        try await service.succeed(token: token, output: output)
        points.pass("report.after")
    }

    func fail(token: TaskToken, error: String, cause: String) async throws(ActivityServiceError) {
        points.pass("report.before")
        try await service.fail(token: token, error: error, cause: cause)
        points.pass("report.after")
    }
}

/// The tools with a probe point before a tool is asked for and after it is over.
struct ProbedTools: ToolRunning {
    let tools: any ToolRunning
    let points: ProbePoints

    func run(_ invocation: ToolInvocation, folder: String, context: ToolRunContext) async throws -> ToolExit {
        points.pass("tool \(context.name).before")
        let exit = try await tools.run(invocation, folder: folder, context: context)
        points.pass("tool \(context.name).after")
        return exit
    }

    func endLeftOvers(under folder: String, logger: Logger) async {
        await tools.endLeftOvers(under: folder, logger: logger)
    }

    func extendLease(workspace: String, until deadline: BootInstant, logger: Logger) {
        points.pass("lease.before")
        tools.extendLease(workspace: workspace, until: deadline, logger: logger)
    }
}
