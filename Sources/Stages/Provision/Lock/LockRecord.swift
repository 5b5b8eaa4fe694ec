/// What a host keeps on disk of a task whose Terraform may lock a state: written before the first command that locks, removed when no
/// lock of the task's can be left.
package struct LockRecord: Sendable, Hashable, Codable {
    /// Format of the file; this version writes 1.
    package var schema = 1
    /// `s3://bucket/key` of the state.
    package var state: String
    /// The task's id.
    package var task: String
    /// ARN of the task's execution.
    package var execution: String
    /// `user@host`, as Terraform on this host writes it into locks.
    package var who: String
    /// Boot in which the task began: in another one nothing of it can run.
    package var boot: String
    /// The task's workspace, with the folders of its tools under `tools`.
    package var workspace: String
    /// When it was written, milliseconds since 1970; no lock of the task's is older.
    package var startedMilliseconds: Int64
    /// When every tool of the task was seen to be over, milliseconds since 1970: no lock of the task's is younger, and the workspace, which
    /// goes away with the task, is not asked any more. `nil` while that has not been seen.
    package var overMilliseconds: Int64?

    /// A record of these parts.
    package init(
        state: String,
        task: String,
        execution: String,
        who: String,
        boot: String,
        workspace: String,
        startedMilliseconds: Int64
    ) {
        self.state = state
        self.task = task
        self.execution = execution
        self.who = who
        self.boot = boot
        self.workspace = workspace
        self.startedMilliseconds = startedMilliseconds
    }
}
