import Logging
import ToolSupervisor

/// A tool that asked the control socket for something, in words and as the journal's fields.
struct RefusedTool: Sendable, CustomStringConvertible {
    /// Fixed id of the line that says so; explained in systemd/builderd.catalog and never reused.
    static let messageID = "7a1c4f0a5a9b4a3f9f3d6f8e2b6d5c20"

    private let cgroup: String?
    /// The tool's name and its task, where its folder is known: `<task>/tools/<tool>`.
    private let name: String?
    private let task: String?

    /// The tool that `tool` was found to be.
    init(_ tool: ToolTrace.Tool) {
        cgroup = tool.cgroup
        let parts = tool.folder?.split(separator: "/").map(String.init) ?? []
        let isKnown = parts.count >= 3 && parts[parts.count - 2] == "tools"
        name = isKnown ? parts[parts.count - 1] : nil
        task = isKnown ? parts[parts.count - 3] : nil
    }

    /// Who that is for the count of refusals: without the cgroup, which a tool may change.
    var asker: RefusalLog.Asker {
        guard let name, let task else { return RefusalLog.Asker("tools without a name", metadata: metadata) }
        return RefusalLog.Asker("the tool \(name) of task \(task)", metadata: metadata)
    }

    /// For example `the tool terraform-apply of task 0123 (cgroup /system.slice/builderd.service/tool-1)`.
    var description: String {
        let place = cgroup.map { " (cgroup \($0))" } ?? ""
        guard let name, let task else { return "one of builderd's tools\(place)" }
        return "the tool \(name) of task \(task)\(place)"
    }

    /// For the log line.
    var metadata: Logger.Metadata {
        var fields: Logger.Metadata = ["MESSAGE_ID": "\(Self.messageID)"]
        if let name { fields["BUILDERD_TOOL"] = "\(name)" }
        if let task { fields["BUILDERD_TASK"] = "\(task)" }
        return fields
    }
}
