import DaemonCore
import FoundationEssentials

/// `/status` as lines for a person.
struct StatusView {
    let document: StatusDocument
    /// The cells that a line may take; `nil` where nothing reads it but people's files and programs: then no line is cut.
    let width: Int?
    /// The time that the document is of.
    let now: Date

    /// Everything, however many lines it takes.
    var lines: [StyledLine] {
        let tasks = self.tasks
        return headline + problems.flatMap { wrapped($0) } + [StyledLine()] + stages
            + (tasks.isEmpty ? [] : [StyledLine()] + tasks)
    }

    /// What there is room for in `height` lines: first the headline, the stages, a line for each problem and the tasks; what is
    /// missing of them is counted in the last line. Room that is left goes to headings, whole sentences and blank lines.
    func lines(height: Int) -> [StyledLine] {
        let (headline, stages, problems, tasks) = (self.headline, self.stages, self.problems, self.tasks)
        var left = height - 1 - stages.dropFirst().count - problems.count - tasks.dropFirst().count
        guard left >= 0 else { return crowded(height: height) }
        func take(_ wanted: Int) -> Int {
            let taken = min(left, wanted)
            left -= taken
            return taken
        }
        let stageHeading = take(1)
        let taskHeading = take(tasks.isEmpty ? 0 : 1)
        let more = take(headline.count - 1)
        let sentences = problems.map { problem in
            wrapped(problem, most: 1 + take(wrapped(problem).count - 1))
        }
        let blanks = (take(1), take(tasks.isEmpty ? 0 : 1))
        return headline.prefix(1 + more) + sentences.joined()
            + Array(repeating: StyledLine(), count: blanks.0) + stages.dropFirst(1 - stageHeading)
            + Array(repeating: StyledLine(), count: blanks.1) + tasks.dropFirst(1 - taskHeading)
    }

    /// A line each, and not all of them.
    private func crowded(height: Int) -> [StyledLine] {
        let (stages, problems, tasks) = (self.stages.dropFirst(), self.problems, self.tasks.dropFirst())
        var left = max(0, height - 2)
        func take(_ count: Int) -> Int {
            let taken = min(left, count)
            left -= taken
            return taken
        }
        let kept = (stages: take(stages.count), problems: take(problems.count), tasks: take(tasks.count))
        let missing = [
            (stages.count - kept.stages, "stage"), (problems.count - kept.problems, "problem"),
            (tasks.count - kept.tasks, "task"),
        ]
        let words = missing.filter { $0.0 > 0 }.map { "\($0.0) more \($0.1)\($0.0 == 1 ? "" : "s")" }
        let more = StyledLine("… " + words.joined(separator: ", "), missing[1].0 > 0 ? .bad : .quiet)
        let lines =
            headline.prefix(1) + problems.prefix(kept.problems).flatMap { wrapped($0, most: 1) }
            + stages.prefix(kept.stages) + tasks.prefix(kept.tasks) + [width.map { more.cut(to: $0) } ?? more]
        return Array(lines.prefix(max(0, height)))
    }

    private var stages: [StyledLine] { StageTable(document, now: now).lines(width: width) }
    private var tasks: [StyledLine] { TaskTable(document).lines(width: width) }

    /// What it is and how it is, in as many lines as that takes.
    private var headline: [StyledLine] {
        let tone: Style.Tone = document.phase == "running" ? .good : .caution
        let credentials = self.credentials
        let up = ("up \(Span.text(Double(document.uptimeSeconds)))", Style.Tone.plain)
        let parts = [
            ("builderd \(document.version)", .strong), (document.phase, tone),
            credentials.1 == .plain ? up : credentials, credentials.1 == .plain ? credentials : up,
            ("journal: \(document.journal.open) open, \(document.journal.history) ended", .plain),
            (
                "tools in \(document.tools.containment == "cgroup" ? "cgroups" : "process trees")"
                    + (document.tools.landlock ? " with Landlock" : ""), .plain
            ),
        ]
        var lines: [StyledLine] = []
        for (text, tone) in parts {
            let part = StyledLine(text, tone)
            if let last = lines.last, width.map({ last.columns + 3 + part.columns <= $0 }) ?? true {
                lines[lines.count - 1].append(" · ")
                lines[lines.count - 1].append(part)
            } else {
                lines.append(width.map { part.cut(to: $0) } ?? part)
            }
        }
        return lines
    }

    private var credentials: (String, Style.Tone) {
        let held = document.credentials
        guard held.source != nil else { return ("no credentials", .bad) }
        if held.pastExpiration { return ("credentials past their end", .caution) }
        guard let left = held.expiresInSeconds else { return ("credentials without end", .plain) }
        return ("credentials for \(Span.text(left))", left < 300 ? .caution : .plain)
    }

    /// What needs a person, a sentence each.
    private var problems: [String] {
        var texts: [String] = []
        if let problem = document.journal.problem { texts.append("journal: \(problem)") }
        if document.journal.quarantined > 0 {
            let count = document.journal.quarantined
            texts.append("journal: \(count) \(count == 1 ? "record" : "records") in quarantine/ could not be read")
        }
        if let log = document.log, log.dropped > 0 {
            texts.append("log: systemd's journal did not take \(log.dropped) entries since the start")
        }
        if let failure = document.credentials.lastFailure { texts.append("credentials: \(failure)") }
        texts += document.stages.compactMap { stage in stage.problem.map { "\(stage.stage): \($0)" } }
        return texts.map { "! " + $0 }
    }

    private func wrapped(_ problem: String, most: Int = .max) -> [StyledLine] {
        width.map { StyledLine.wrapped(problem, .bad, width: $0, most: most) } ?? [StyledLine(problem, .bad)]
    }
}
