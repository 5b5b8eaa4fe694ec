import CLinux
import Glibc

/// The command that supervises one tool: a program and the arguments before the folder.
package struct SupervisorCommand: Sendable, Hashable {
    /// Absolute path.
    package var path: String
    /// Arguments before the folder.
    package var arguments: [String]

    /// A command of these parts.
    package init(path: String, arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    /// What every supervisor calls itself, whatever its program's path.
    static let name = "builderd"

    /// This very program, also when an upgrade has replaced its file: `builderd supervise DIR`.
    package static let ownProgram = SupervisorCommand(path: "/proc/self/exe", arguments: ["supervise"])

    /// Starts a supervisor for `folder` that is no child of this process and outlives it. Returns which process it is; `nil` when it is gone
    /// already.
    func start(_ folder: ToolFolder) throws(ToolError) -> ProcessIdentity? {
        let argv = CStringArray([Self.name] + arguments + [folder.path])
        let environment = CStringArray([])
        let started: clinux_detached
        do {
            let errors = try FileHandle(creating: folder.supervisorLog)
            started = unsafe path.withCString { path in
                unsafe argv.withPointer { argv in
                    unsafe environment.withPointer { environment in
                        unsafe clinux_start_detached(path, argv, environment, errors.descriptor)
                    }
                }
            }
        } catch {
            throw ToolError(
                .folder,
                message: "cannot make \(folder.supervisorLog): \(error)",
                next: "check the space and the mode of the work directory",
                number: error.number
            )
        }
        guard started.error == 0 else {
            throw ToolError(
                .startFailed,
                message: "the supervisor \(path) cannot be started: \(SystemError.text(started.error))",
                next: "check the limits of the service on processes, files and memory",
                number: started.error
            )
        }
        return ProcessIdentity.read(started.pid)
    }
}
