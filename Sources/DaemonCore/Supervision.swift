import Glibc
import ToolSupervisor

/// The process behind `builderd supervise`.
package enum Supervision {
    /// Supervises the tool of `folder` to its end, and ends the process. To be called before the process has a second thread.
    package static func exit(folder: String) -> Never { exit(status: SupervisorProcess.run(folder: folder)) }

    /// Ends the process.
    package static func exit(status: Int32) -> Never { Glibc.exit(status) }
}
