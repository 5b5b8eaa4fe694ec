import DaemonCore

/// `/status` as lines for a person.
struct StatusView {
    let document: StatusDocument
    let style: Style
    let width: Int

    /// Everything.
    var lines: [String] {
        var lines = [headline] + problems + [""] + stages
        let tasks = TaskTable(document).lines(style, width: width)
        if !tasks.isEmpty { lines += [""] + tasks }
        return lines
    }

    private var headline: String {
        let tone: Style.Tone = document.phase == "running" ? .good : .caution
        let parts = [
            style.paint("builderd \(Printable.line(document.version))", .strong),
            style.paint(Printable.line(document.phase), tone),
            "up \(Span.text(Double(document.uptimeSeconds)))", credentials,
            "journal: \(document.journal.open) open, \(document.journal.history) ended",
            "tools in \(document.tools.containment == "cgroup" ? "cgroups" : "process trees")"
                + (document.tools.landlock ? " with Landlock" : ""),
        ]
        return parts.joined(separator: " · ")
    }

    private var credentials: String {
        let held = document.credentials
        guard held.source != nil else { return style.paint("no credentials", .bad) }
        if held.pastExpiration { return style.paint("credentials past their end", .caution) }
        guard let left = held.expiresInSeconds else { return "credentials without end" }
        return style.paint("credentials for \(Span.text(left))", left < 300 ? .caution : .plain)
    }

    /// What needs a person, a line each.
    private var problems: [String] {
        var texts: [String] = []
        if let problem = document.journal.problem { texts.append("journal: \(problem)") }
        if document.journal.quarantined > 0 {
            texts.append("journal: \(document.journal.quarantined) records in quarantine/ could not be read")
        }
        if let log = document.log, log.dropped > 0 {
            texts.append("log: systemd's journal did not take \(log.dropped) entries since the start")
        }
        if let failure = document.credentials.lastFailure { texts.append("credentials: \(failure)") }
        texts += document.stages.compactMap { stage in stage.problem.map { "\(stage.stage): \($0)" } }
        return texts.map { style.paint("! " + Printable.line($0), .bad) }
    }

    private var stages: [String] {
        var table = Table("STAGE", "SLOTS", "POLLS", "LAST POLL", "STATE")
        for stage in document.stages {
            table.add(
                .init(stage.stage, .strong),
                .init(Self.slots(stage), stage.busy > 0 ? .good : .plain),
                .init(stage.openPolls == 0 ? "-" : "\(stage.openPolls)"),
                .init(stage.lastPollSeconds.map { Span.text($0) + " ago" } ?? "-"),
                Self.state(stage)
            )
        }
        return table.lines(style, width: width)
    }

    /// `2/4 ■■□□`; figures alone where there are many.
    private static func slots(_ stage: StatusDocument.Stage) -> String {
        let figures = "\(stage.busy)/\(stage.slots)"
        guard stage.slots <= 8 else { return figures }
        let busy = min(stage.busy, stage.slots)
        return figures + " " + String(repeating: "■", count: busy)
            + String(repeating: "□", count: stage.slots - busy)
    }

    private static func state(_ stage: StatusDocument.Stage) -> Table.Cell {
        if stage.paused {
            let who = stage.pausedBy.map { " by \($0)" } ?? ""
            return .init("paused" + who + (stage.pausedSince.map { " since \($0)" } ?? ""), .caution)
        }
        if stage.phase != "running" { return .init(stage.phase, .caution) }
        if stage.problem != nil { return .init("polling fails", .bad) }
        if stage.openPolls > 0 { return .init("polling", .good) }
        return stage.busy >= stage.slots ? .init("all slots busy", .good) : .init("between polls", .quiet)
    }
}
