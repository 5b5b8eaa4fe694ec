import DaemonCore

/// The running tasks as a table.
struct TaskTable {
    private var table = Table(
        "TASK",
        .init("STAGE", rank: 1),
        .init("APPLICATION", rank: 2),
        .init("AGE", rank: 3),
        .init("LEASE LEFT", rank: 4),
        "STEP"
    )

    /// The tasks of `document`; oldest first in each stage.
    init(_ document: StatusDocument) {
        for stage in document.stages {
            for task in stage.tasks {
                table.add(
                    .init(task.task ?? task.claim, .strong),
                    .init(stage.stage),
                    .init(task.application ?? "-"),
                    .init(Span.text(task.ageSeconds)),
                    Self.lease(task.leaseLeftSeconds),
                    Self.step(task)
                )
            }
        }
    }

    /// The heading and a line for each task; nothing where there is no task.
    func lines(width: Int?) -> [StyledLine] { table.isEmpty ? [] : table.lines(width: width) }

    /// A heartbeat comes every 20 s, so a lease that is nearly over has missed several.
    private static func lease(_ left: Double?) -> Table.Cell {
        guard let left else { return "-" }
        if left <= 0 { return .init("over", .bad) }
        return .init(Span.text(left), left < 20 ? .caution : .good)
    }

    private static func step(_ task: StatusDocument.Task) -> Table.Cell {
        if task.reporting { return .init("reporting its end", .quiet) }
        if task.cancelled { return .init("being cancelled in \(task.step ?? "its stage")", .caution) }
        return .init((task.action == "destroy" ? "roll back: " : "") + (task.step ?? "-"))
    }
}
