import ArgumentParser
import DaemonCore
import Dispatch

/// The program's entry, but for what `CHangUp` does before it.
@main
enum Main {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        // Before anything starts a thread: a supervisor has to be a process of one thread (see `SupervisorProcess`).
        if arguments.first == SuperviseCommand.name, arguments.count == 2, let folder = arguments.last,
            folder.hasPrefix("/")
        {
            Supervision.exit(folder: folder)
        }
        Task {
            await Builderd.main()
            Supervision.exit(status: 0)
        }
        dispatchMain()
    }
}
