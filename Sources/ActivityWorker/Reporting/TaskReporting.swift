import Logging

/// The last part of a task's way: outcome written, workspace removed, report made until it is answered, journal closed.
struct TaskReporting {
    let core: StageCore
    let task: RunningTask
    /// Whether the task's heartbeats go on already; else they begin when the first attempt to report fails.
    var heartbeatsRun = false
    /// Whether an earlier process may have made this report.
    var isAmbiguous = false
    /// Whether the outcome is in the journal already.
    var isRecorded = false

    private var dependencies: WorkerDependencies { core.dependencies }

    /// Reports `failure` of a task that has no stage's secrets in it.
    func fail(_ failure: TaskFailure) async {
        await settle(.of(failure, stage: core.configuration.stage, task: task.identity?.id, redact: { $0 }))
    }

    /// Records `report`, makes it and closes the claim.
    func settle(_ report: TaskReport) async {
        task.beginReporting()
        await task.cancelRecorded()
        if !isRecorded {
            do throws(JournalError) {
                let now = dependencies.clock.wallMilliseconds()
                try await dependencies.journal.outcome(report, claim: task.claim, atMilliseconds: now)
            } catch {
                core.logger(for: task).error(
                    "the outcome cannot be recorded and is reported all the same: \(error.message)"
                )
            }
        }
        removeWorkspace()

        var attempt = Attempt(report: report, progress: ReportProgress(isAmbiguous: isAmbiguous))
        var ending = await attempt.once(self)
        if ending == nil {
            if heartbeatsRun {
                ending = await attempt.untilAnswered(self)
            } else {
                ending = await withDiscardingTaskGroup { group in
                    group.addTask { await Heartbeats(core: core, task: task).run() }
                    let ending = await attempt.untilAnswered(self)
                    group.cancelAll()
                    return ending
                }
            }
        }
        guard let ending else { return }
        await close(ending, of: attempt.report, attempts: attempt.progress.attempts)
    }

    /// Records that the lease ended before there was anything to report.
    func leaseLost(_ reason: LeaseLost.Reason) async {
        await task.cancelRecorded()
        removeWorkspace()
        await close(.leaseLost(reason), of: nil, attempts: 0)
    }

    /// - Parameter report: what was told last; `nil` when nothing was.
    private func close(_ ending: TaskEnding, of report: TaskReport?, attempts: Int) async {
        log(ending, of: report, attempts: attempts)
        switch ending {
        case .reported(let error): core.observe(.reported(error: error, took: core.now - task.received))
        case .leaseLost(let reason): core.observe(.leaseLost(reason))
        case .leftForNextStart: return
        case .possiblyReported, .refused: break
        }
        let closing = ClosingRecord(
            ending: ending,
            closedMilliseconds: dependencies.clock.wallMilliseconds(),
            attempts: attempts,
            task: task.identity?.id,
            execution: task.identity?.header.execution
        )
        do throws(JournalError) {
            try await dependencies.journal.close(task.claim, closing)
        } catch {
            core.logger(for: task).error(
                "the claim cannot be closed in the journal; it is reported again at the next start: \(error.message)"
            )
        }
    }

    private func log(_ ending: TaskEnding, of report: TaskReport?, attempts: Int) {
        let isPing = task.identity?.header.action == .ping
        let (level, id): (Logger.Level, String) =
            switch ending {
            case .reported(nil): (isPing ? .debug : .info, MessageID.reported)
            case .reported: (.notice, MessageID.reported)
            case .possiblyReported: (.notice, MessageID.reported)
            case .leaseLost: (.warning, MessageID.leaseLost)
            case .refused, .leftForNextStart: (.error, MessageID.reported)
            }
        guard core.logger.logLevel <= level else { return }
        var text = "task \(ending.description)"
        // The reason stands here too: the log is where a person looks first, and it outlives the execution's history.
        if case .reported(_?) = ending, case .failure(let failure) = report, let reason = failure.reason {
            text += ": \(reason)"
        }
        core.logger(for: task).log(
            level: level,
            "\(text)",
            metadata: [LogKey.messageID: "\(id)", LogKey.claim: "\(task.claim.id)", "attempts": "\(attempts)"]
        )
    }

    private func removeWorkspace() {
        guard let identity = task.identity, identity.header.action != .ping else { return }
        // A twin's workspace has this task's name too: it is not ours to remove.
        guard !core.hasAnother(than: task, withID: identity.id) else { return }
        if let error = Workspace.remove("\(dependencies.workspaceDirectory)/\(identity.id)") {
            core.logger(for: task).warning("the task's workspace cannot be removed: \(error)")
        }
    }
}

/// A report on its way.
private struct Attempt {
    var report: TaskReport
    var progress: ReportProgress
    private var delay = Duration.zero

    init(report: TaskReport, progress: ReportProgress) {
        self.report = report
        self.progress = progress
    }

    /// One attempt; the ending if that was the last.
    mutating func once(_ reporting: TaskReporting) async -> TaskEnding? {
        let core = reporting.core
        let token = reporting.task.claim.token
        let step: ReportProgress.Step
        do throws(ActivityServiceError) {
            switch report {
            case .success(let output):
                try await core.dependencies.service.succeed(token: token, output: output)
            case .failure(let failure):
                try await core.dependencies.service.fail(token: token, error: failure.error, cause: failure.cause)
            }
            step = progress.acknowledged(report)
        } catch {
            let error = error.unsettled(since: reporting.task.received, now: core.now)
            step = progress.failed(report, with: error, random: core.dependencies.random())
            if case .ended = step {
            } else {
                core.observe(.reportFailed(error.kind))
                core.logger(for: reporting.task).warning("the report failed and is made again: \(error.description)")
            }
            if step == .replaceSuccess, case .success(let output) = report {
                report = .ofRefused(
                    output,
                    error,
                    stage: core.configuration.stage,
                    task: reporting.task.identity?.id
                )
            }
        }
        switch step {
        case .ended(let ending): return ending
        case .retry(let span): delay = span
        case .replaceSuccess: delay = .zero
        }
        return nil
    }

    /// Attempt after attempt, for as long as it takes; an interrupted worker stops after its budget.
    mutating func untilAnswered(_ reporting: TaskReporting) async -> TaskEnding {
        let core = reporting.core
        // A tool may have taken long to stop: its report has its budget all the same.
        let begun = core.now
        while true {
            // The outcome is on disk: the successor reports it.
            if core.isHandingOver { return .leftForNextStart }
            if let deadline = core.reportDeadline {
                // Interrupted: sleeping is cut short by nothing any more, so the waits are short ones.
                let left = max(deadline, begun + core.configuration.interruptedReportBudget) - core.now
                guard left > .zero else { return .leftForNextStart }
                try? await core.dependencies.clock.sleep(core.now + min(delay, left, .seconds(1)))
            } else {
                await core.sleep(for: delay, orUntil: .interrupt)
            }
            if let ending = await once(reporting) { return ending }
        }
    }
}
