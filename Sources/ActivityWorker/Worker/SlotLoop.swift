import Logging

/// One slot of a stage: polls while it is free, works what a poll brings. It ends only when the worker drains.
struct SlotLoop {
    let core: StageCore
    let slot: Int

    func run() async {
        var backoff = PollBackoff()
        var isBlocked = false
        while await core.mayPoll() {
            if let obstacle = await obstacle() {
                note(core.pollForgone(obstacle), problem: "no task is claimed: \(obstacle)", level: .error)
                if !isBlocked { core.observe(.journalBlocked(true)) }
                isBlocked = true
                await core.sleep(
                    for: backoff.delay(after: .transient, random: core.dependencies.random()),
                    orUntil: .drain
                )
                continue
            }
            if isBlocked { core.observe(.journalBlocked(false)) }
            isBlocked = false
            let delay = await poll(&backoff)
            if delay > .zero { await core.sleep(for: delay, orUntil: .drain) }
        }
    }

    /// Why a task that came now could not be worked: the journal or the workspaces' folder.
    private func obstacle() async -> String? {
        if let obstacle = await core.dependencies.journal.obstacle() { return "journal: \(obstacle.message)" }
        return core.dependencies.workspaceObstacle().map { "workspaces: \($0)" }
    }

    /// One poll and the work it brings. Returns how long to wait before the next.
    private func poll(_ backoff: inout PollBackoff) async -> Duration {
        let started = core.now
        core.pollStarted(slot: slot, at: started)
        do throws(ActivityServiceError) {
            let configuration = core.configuration
            let task = try await core.dependencies.service.poll(
                activity: configuration.activity,
                workerName: configuration.workerName
            )
            let now = core.now
            let change = core.pollFinished(slot: slot, started: started, at: now, brought: task != nil, problem: nil)
            note(change, problem: "", level: .notice)
            let delay = backoff.delay(
                afterAnswerIn: now - started,
                brought: task != nil,
                random: core.dependencies.random()
            )
            if let task { await TaskExecution(core: core, polled: task, received: now).run() }
            return delay
        } catch {
            let delay = backoff.delay(after: error.kind, random: core.dependencies.random())
            let change = core.pollFinished(
                slot: slot,
                started: started,
                at: core.now,
                brought: false,
                problem: (text: Self.brief(error.description), code: error.code, kind: error.kind)
            )
            let needsPerson = error.kind == .denied || error.kind == .activityDoesNotExist
            note(
                change,
                problem: "polling \(core.configuration.activity) fails: \(error.description); "
                    + (needsPerson ? "a person must act, polling goes on slowly" : "it is tried again"),
                level: needsPerson ? .error : .warning
            )
            return delay
        }
    }

    /// Services quote what they were sent, so a message may be long: the front of it, whole words.
    static func brief(_ text: String) -> String {
        let most = 1000
        guard text.count > most else { return text }
        let head = text.prefix(most)
        return head[..<(head.lastIndex(of: " ") ?? head.endIndex)] + " …"
    }

    private func note(_ change: StageCore.ProblemChange, problem: @autoclosure () -> String, level: Logger.Level) {
        switch change {
        case .none: break
        case .appeared: core.logger.log(level: level, "\(problem())")
        case .vanished: core.logger.notice("polling works again")
        }
    }
}
