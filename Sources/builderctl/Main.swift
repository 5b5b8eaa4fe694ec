import ArgumentParser
import DaemonCore
import Dispatch

/// The program's entry.
@main
enum Main {
    static func main() {
        Task {
            await Builderctl.main()
            Supervision.exit(status: 0)
        }
        dispatchMain()
    }
}
