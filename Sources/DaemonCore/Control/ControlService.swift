import ActivityWorker
import FoundationEssentials
import Logging
import Observability

/// The control socket: what `builderctl` asks. Every change is logged with who asked for it.
///
/// | request | does |
/// |---|---|
/// | `GET /tasks?ended=N` | the last N tasks that have ended |
/// | `GET /tasks/<task>` | everything about one task |
/// | `GET /tasks/<task>/log?lines=N` | the last N lines of its log, as text |
/// | `POST /tasks/<task>/cancel` | stops it |
/// | `POST /stages/<stage>/pause`, `…/resume` | one stage; `all` for every one |
///
/// A task is named by its id or its claim. Answers are JSON; an error is a `ControlProblem`.
struct ControlService: LocalService {
    /// The last N lines at most.
    static let mostLines = 2000

    let target: any ControlTarget
    let access: ControlAccess
    let refusals: RefusalLog
    let logger: Logger

    func answer(_ request: LocalRequest) async -> LocalResponse {
        let who = ControlAccess.name(of: request.peer)
        if let refusal = refusal(of: request, from: who) { return refusal }
        let parts = request.components
        switch (request.method, parts.first, parts.count) {
        case ("GET", "tasks", 1):
            return Self.answer(await target.ended(Self.number(request, "ended", most: 1000) ?? 20))
        case ("GET", "tasks", 2):
            guard let task = await target.details(of: parts[1]) else { return Self.unknownTask(parts[1]) }
            return Self.answer(task)
        case ("GET", "tasks", 3) where parts[2] == "log":
            return await log(of: parts[1], Self.number(request, "lines", most: Self.mostLines) ?? 100)
        case ("POST", "tasks", 3) where parts[2] == "cancel":
            return await cancel(parts[1], by: who)
        case ("POST", "stages", 3) where parts[2] == "pause" || parts[2] == "resume":
            return await change(parts[1], pause: parts[2] == "pause", by: who)
        default:
            return Self.refuse(
                404,
                "\(request.method) \(request.path) is nothing that this builderd can do",
                next: "use the builderctl of the same version"
            )
        }
    }

    /// The answer to one who may not use the socket, which is logged; `nil` for everybody else.
    private func refusal(of request: LocalRequest, from who: String) -> LocalResponse? {
        let asked = "\(request.method) \(request.path.prefix(200))"
        switch access.verdict(on: request.peer) {
        case .admitted: return nil
        case .stranger:
            let asker = RefusalLog.Asker(request.peer.map { "user \($0.user)" } ?? "an unknown user")
            refusals.add(asker, "\(who) is refused: not root, builderd's user or of the group \(access.group)")
            return Self.refuse(
                403,
                "\(who) may not use the control socket",
                next: "be a member of the group \(access.group) (control.group), or use sudo"
            )
        case .tool(let tool):
            let refused = RefusedTool(tool)
            refusals.add(refused.asker, "\(asked) of \(who) is refused: it is \(refused)")
            return Self.refuse(
                403,
                "\(who) is \(refused), and no tool may use the control socket",
                next: "ask from outside of builderd's tools; find out why the tool does, as it may be hostile"
            )
        case .unclear:
            refusals.add(
                RefusalLog.Asker("processes that were gone"),
                "\(asked) of \(who) is refused: the process is gone, so it may have been a tool"
            )
            return Self.refuse(
                403,
                "\(who) is gone or cannot be looked at, so it may be a tool",
                next: "wait for the answer before the process ends, or use sudo"
            )
        }
    }

    private func log(of task: String, _ count: Int) async -> LocalResponse {
        guard let lines = await target.logLines(of: task, count) else {
            return Self.refuse(
                404,
                "builderd has no lines of task \(task) since its start",
                next: "look in the journal: journalctl -u builderd BUILDERD_TASK=\(task)"
            )
        }
        let text = lines.map { $0 + "\n" }.joined()
        return LocalResponse(code: 200, type: "text/plain; charset=utf-8", body: text)
    }

    private func cancel(_ task: String, by who: String) async -> LocalResponse {
        let outcome = await target.cancel(task, by: who)
        // The worker logs what it does, with the fields of the task's release.
        if outcome == .tooLate || outcome == .ending {
            logger.notice("task \(task): \(who) asks to cancel it: \(outcome)")
        }
        return switch outcome {
        case .cancelled: Self.answer(CancelledDocument(cancelled: task))
        case .cancelledUnrecorded:
            Self.answer(
                CancelledDocument(
                    cancelled: task,
                    warning:
                        "this could not be written down, so the task would run on after a crash of builderd before its end; look at the space of paths.state"
                )
            )
        case .unknown: await notRunning(task)
        case .tooLate:
            Self.refuse(409, "task \(task) is over, and its end is being reported", next: "look at its execution")
        case .ending:
            Self.refuse(
                409,
                "builderd is ending and hands task \(task) over, or has interrupted it",
                next: "ask again after its start, or stop the execution"
            )
        }
    }

    /// One that has ended is known, as `GET /tasks/<task>` shows it.
    private func notRunning(_ task: String) async -> LocalResponse {
        guard let ended = await target.details(of: task) else { return Self.unknownTask(task) }
        return Self.refuse(
            409,
            "task \(task) has ended already: \(ended.state)",
            next: "there is nothing to cancel; `builderctl task show \(task)` has the rest"
        )
    }

    private func change(_ name: String, pause: Bool, by who: String) async -> LocalResponse {
        let stages = name == "all" ? target.stages : target.stages.filter { $0 == name }
        guard !stages.isEmpty else {
            return Self.refuse(
                404,
                "stage \(name) is not enabled on this host",
                next: "name one of: \(target.stages.joined(separator: ", ")), or all"
            )
        }
        do {
            let changed = pause ? try await target.pause(stages, by: who) : try await target.resume(stages, by: who)
            let list = changed.joined(separator: ", ")
            if !changed.isEmpty { logger.notice("\(pause ? "paused" : "resumed") by \(who): \(list)") }
            return Self.answer(StagesDocument(changed: changed, unchanged: stages.filter { !changed.contains($0) }))
        } catch {
            logger.error("\(who) asks to \(pause ? "pause" : "resume") \(name), which cannot be recorded: \(error)")
            return Self.refuse(
                500,
                "it cannot be recorded, so nothing was changed: \(error)",
                next: "look at the space and the mode of paths.state"
            )
        }
    }

    private static func unknownTask(_ task: String) -> LocalResponse {
        refuse(404, "no task \(task) is known on this host", next: "`builderctl tasks --ended 20` lists those that are")
    }

    private static func number(_ request: LocalRequest, _ name: String, most: Int) -> Int? {
        request.query[name].flatMap { Int($0) }.map { min(max(0, $0), most) }
    }

    private static func refuse(_ code: Int, _ error: String, next: String) -> LocalResponse {
        answer(ControlProblem(error: error, next: next), code: code)
    }

    private static func answer(_ document: some Encodable, code: Int = 200) -> LocalResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let body = (try? encoder.encode(document)).map { String(decoding: $0, as: UTF8.self) + "\n" }
        return LocalResponse(code: body == nil ? 500 : code, type: "application/json", body: body ?? "{}\n")
    }
}
