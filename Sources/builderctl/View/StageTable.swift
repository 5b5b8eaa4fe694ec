import DaemonCore
import FoundationEssentials

/// The stages as a table.
struct StageTable {
    private var table = Table(
        "STAGE",
        .init("SLOTS", rank: 1),
        .init("POLLS", rank: 3),
        .init("LAST POLL", rank: 2),
        "STATE"
    )

    /// The stages of `document`, as they are at `now`.
    init(_ document: StatusDocument, now: Date) {
        for stage in document.stages {
            table.add(
                .init(stage.stage, .strong),
                .init(Self.slots(stage), stage.busy > 0 ? .good : .plain),
                .init(stage.openPolls == 0 ? "-" : "\(stage.openPolls)"),
                .init(stage.lastPollSeconds.map { Span.text($0) + " ago" } ?? "-"),
                Self.state(stage, now: now)
            )
        }
    }

    /// The heading and a line for each stage.
    func lines(width: Int?) -> [StyledLine] { table.lines(width: width) }

    /// `2/4 ■■□□`; figures alone where there are many.
    private static func slots(_ stage: StatusDocument.Stage) -> String {
        let figures = "\(stage.busy)/\(stage.slots)"
        guard stage.slots <= 8 else { return figures }
        let busy = min(stage.busy, stage.slots)
        return figures + " " + String(repeating: "■", count: busy)
            + String(repeating: "□", count: stage.slots - busy)
    }

    private static func state(_ stage: StatusDocument.Stage, now: Date) -> Table.Cell {
        if stage.paused { return paused(stage, now: now) }
        if stage.phase != "running" { return .init(stage.phase, .caution) }
        if stage.problem != nil { return .init("polling fails", orShorter: ["fails"], .bad) }
        if stage.openPolls > 0 { return .init("polling", .good) }
        return stage.busy >= stage.slots ? .init("all slots busy", .good) : .init("between polls", .quiet)
    }

    /// Who and since when; with less room without the numbers of user and process, then only for how long.
    private static func paused(_ stage: StatusDocument.Stage, now: Date) -> Table.Cell {
        let by = stage.pausedBy.map { " by \($0)" } ?? ""
        guard let since = stage.pausedSince else { return .init("paused" + by, orShorter: ["paused"], .caution) }
        var shorter: [String] = []
        if let who = stage.pausedBy?.prefix(while: { $0 != "(" }) {
            let words = who.split(separator: " ")
            let name = words.count > 1 && words[0] == "user" ? words.dropFirst().joined(separator: " ") : String(who)
            shorter += ["paused since \(since) by \(name)", "paused \(since) by \(name)"]
        }
        shorter.append("paused since \(since)")
        if let began = try? Date(since, strategy: .iso8601) {
            shorter.append("paused \(Span.text(now.timeIntervalSince(began)))")
        }
        return .init("paused since \(since)" + by, orShorter: shorter + ["paused"], .caution)
    }
}
