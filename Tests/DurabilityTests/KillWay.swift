import TestSupport

/// What becomes of a task which is enumerated point for point.
enum KillWay: String, CaseIterable, Sendable {
    /// Every step and tool succeeds.
    case succeeds
    /// The first tool fails, so the stage cleans up and fails.
    case fails
    /// The execution is stopped while the first tool runs, so the lease is lost.
    case dies

    func input(_ execution: String) -> TaskInput {
        switch self {
        case .succeeds: TaskInput(execution: execution)
        case .fails: TaskInput(execution: execution, script: "exit 3")
        // Heartbeats often enough to learn of the dead token, and a tool that lasts until then.
        case .dies: TaskInput(execution: execution, heartbeatMilliseconds: 6000, rounds: 1200)
        }
    }

    /// Whether this is the one way in which the task may end.
    func allows(_ ending: ServerRecord.Ending?) -> Bool {
        switch (self, ending) {
        case (.succeeds, .succeeded), (.dies, .stopped): true
        case (.fails, .failed(let error, _)): error == "Bakery.BuildFailed"
        default: false
        }
    }

    /// What the evidence of a tool must hold in the end.
    func runs(of tool: String) -> [String] {
        switch (self, tool) {
        case (.succeeds, _): ["start", "end"]
        case (_, "build"): ["start"]
        default: []
        }
    }

    /// The steps that take effect; `clean-up` counts as one.
    var steps: [String] { self == .succeeds ? ["prepare", "describe", "tag"] : ["prepare", "clean-up"] }

    /// The fewest points that such a task passes.
    var fewestPoints: Int { self == .succeeds ? 40 : 25 }
}
