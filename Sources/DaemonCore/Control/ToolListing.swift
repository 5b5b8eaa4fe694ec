import FoundationEssentials
import ToolSupervisor

/// The tools of a task, by their folders in its workspace.
enum ToolListing {
    /// What the folders below `path` say; empty where there is none.
    static func tools(under path: String) -> [TaskDocument.Tool] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().map { tool($0, folder: "\(path)/\($0)") }
    }

    private static func tool(_ name: String, folder: String) -> TaskDocument.Tool {
        let start = (try? StartRecord.load(folder: folder)) ?? nil
        let exit = (try? ExitRecord.load(folder: folder)) ?? nil
        return TaskDocument.Tool(
            name: name,
            executable: start?.executable,
            pid: exit == nil ? start?.pid : nil,
            state: exit.map(describe) ?? (start == nil ? "starting" : "running")
        )
    }

    private static func describe(_ exit: ExitRecord) -> String {
        let how = exit.status.map { "exited \($0)" } ?? exit.signal.map { "ended by signal \($0)" } ?? "ended"
        if exit.fenced { return how + ", stopped at the lease's deadline" }
        if exit.killed { return how + ", killed after its grace" }
        return exit.stopped ? how + ", told to stop" : how
    }
}
