import SystemdSupport
import ToolSupervisor

/// The log's queue as what tools' lines are held back by.
struct LogPace: LinePacing {
    let writer: LogWriter

    var hasRoom: Bool { writer.hasRoom }
    var isStalled: Bool { writer.isStalled }
    var mark: Int { writer.mark }
    func hasPassed(_ mark: Int) -> Bool { writer.hasPassed(mark) }
}
