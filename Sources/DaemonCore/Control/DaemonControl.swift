import ActivityWorker
import FoundationEssentials
import ToolSupervisor

/// The daemon behind the control socket.
struct DaemonControl: ControlTarget {
    let workers: [StageWorker]
    let journal: FileJournal
    let pauses: StagePauses
    let lines: TaskLines
    /// Folder of the tasks' workspaces.
    let workDirectory: String

    var stages: [String] { workers.map { $0.snapshot().stage } }

    func pause(_ stages: [String], by who: String) async throws -> [String] {
        try await pauses.pause(stages, by: who)
    }

    func resume(_ stages: [String], by who: String) async throws -> [String] {
        try await pauses.resume(stages)
    }

    func cancel(_ task: String, by who: String) async -> TaskCancellation {
        for worker in workers {
            let outcome = await worker.cancel(task, by: who)
            if outcome != .unknown { return outcome }
        }
        return .unknown
    }

    func details(of name: String) async -> TaskDocument? {
        for snapshot in workers.map({ $0.snapshot() }) {
            if let task = snapshot.tasks.first(where: { $0.claim == name || $0.id == name }) {
                var document = TaskDocument(task, stage: snapshot.stage)
                document.steps = await journal.steps(ofClaim: task.claim).map { TaskDocument.Step($0) }
                document.tools = task.id.map { ToolListing.tools(under: "\(workDirectory)/\($0)/tools") } ?? []
                return document
            }
        }
        return await journal.endings(1000).first { $0.claim == name || $0.task == name }.map { TaskDocument($0) }
    }

    func ended(_ count: Int) async -> [EndedTaskDocument] {
        await journal.endings(count).map { ended in
            EndedTaskDocument(
                task: ended.task,
                claim: ended.claim,
                stage: ended.stage,
                execution: ended.execution,
                claimed: ended.claimed,
                closed: ended.closed,
                ending: ended.ending
            )
        }
    }

    func logLines(of name: String, _ count: Int) async -> [String]? {
        if let lines = lines.last(count, of: name) { return lines }
        // Lines are kept by the task's id; a claim is another name for it.
        guard let task = await details(of: name)?.task else { return nil }
        return lines.last(count, of: task)
    }
}

extension TaskDocument {
    /// A task that runs.
    init(_ running: StageSnapshot.Running, stage: String) {
        self.init(
            task: running.id,
            claim: running.claim,
            stage: stage,
            execution: running.execution,
            application: running.application,
            action: running.action?.rawValue,
            attempt: running.attempt,
            state: running.isReporting ? "reporting" : running.isCancelled ? "cancelling" : "running",
            claimed: Date.now.addingTimeInterval(-running.age.seconds).formatted(.iso8601),
            closed: nil,
            ageSeconds: running.age.seconds,
            step: running.step,
            leaseLeftSeconds: running.leaseLeft?.seconds,
            heartbeatAgeSeconds: running.heartbeatAge?.seconds,
            steps: [],
            tools: [],
            log: Self.log(running.id)
        )
    }

    /// A task that has ended.
    init(_ ended: ClosedTask) {
        self.init(
            task: ended.task,
            claim: ended.claim,
            stage: ended.stage,
            execution: ended.execution,
            application: nil,
            action: nil,
            attempt: nil,
            state: ended.ending,
            claimed: ended.claimed,
            closed: ended.closed,
            ageSeconds: nil,
            step: nil,
            leaseLeftSeconds: nil,
            heartbeatAgeSeconds: nil,
            steps: [],
            tools: [],
            log: Self.log(ended.task)
        )
    }

    private static func log(_ task: String?) -> String {
        "journalctl -u builderd" + (task.map { " BUILDERD_TASK=\($0)" } ?? "")
    }
}

extension TaskDocument.Step {
    /// What `record` says, without what it returned.
    init(_ record: StepRecord) {
        self.init(
            kind: record.kind.rawValue,
            name: record.name,
            recorded: Date(timeIntervalSince1970: Double(record.recordedMilliseconds) / 1000).formatted(.iso8601),
            isOver: record.result != nil
        )
    }
}
