import ActivityWorker
import FoundationEssentials
import Synchronization

/// A task's runtime as the worker's is, whose process dies at a `CrashPoint`: after a step's work and before its record, after the record,
/// while a tool runs, and after its end is recorded. Run again from its top, the stage gets what was recorded and finds its tool at work.
///
/// It notes what must not be: a step or tool with other inputs than before, and a workspace that was touched under a live tool.
final class CrashingTaskRuntime: TaskRuntime {
    /// Does a tool's work; returns its exit status and what it printed.
    typealias Tool = @Sendable (_ name: String, _ invocation: ToolInvocation) throws -> (status: Int32, output: String)

    private struct Record {
        var inputs: Data
        var result: Data
    }

    private struct Begun {
        var invocation: Data
        var workspace: [String: FileIdentity]
        var exit: ToolExit?
        var starts = 1
    }

    private struct State {
        var records: [String: Record] = [:]
        var runs: [String: Int] = [:]
        var tools: [String: Begun] = [:]
        var violations: [String] = []
    }

    private let state = Mutex(State())
    private let point: CrashPoint
    private let workspace: String
    private let work: Tool

    init(workspace: String, point: CrashPoint, tool: @escaping Tool) {
        self.workspace = workspace
        self.point = point
        work = tool
    }

    /// What must not have been.
    var violations: [String] {
        state.withLock { state in
            // The one that was cut off before its record comes again, and no other.
            let repeated = state.runs.filter { $0.value > 1 }
            let tooOften = repeated.count > 1 || repeated.contains { $0.value > 2 }
            return state.violations + (tooOften ? ["steps ran again: \(repeated)"] : [])
        }
    }

    /// Names of the tools that were started, sorted.
    var tools: [String] { state.withLock { $0.tools.keys.sorted() } }

    func step<Inputs: Encodable & Sendable, Result: Codable & Sendable>(
        _ name: String,
        inputs: Inputs,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        try point.check()
        let inputs = try Self.bytes(inputs)
        if let record = state.withLock({ $0.records[name] }) {
            if record.inputs != inputs { violate("the step \(name) has other inputs than before") }
            return try JSONDecoder().decode(Result.self, from: record.result)
        }
        state.withLock { $0.runs[name, default: 0] += 1 }
        let result = try Self.bytes(try await body())
        try point.check()
        try point.pass("before the record of \(name)")
        state.withLock { $0.records[name] = Record(inputs: inputs, result: result) }
        try point.pass("after the record of \(name)")
        return try JSONDecoder().decode(Result.self, from: result)
    }

    func ephemeral<Result: Sendable>(_ name: String, _ body: @Sendable () async throws -> Result) async throws -> Result
    {
        try point.check()
        let result = try await body()
        try point.check()
        try point.pass("after \(name)")
        return result
    }

    func tool(_ name: String, _ invocation: ToolInvocation) async throws -> ToolExit {
        try point.check()
        let bytes = try Self.bytes(invocation)
        if let begun = state.withLock({ $0.tools[name] }) {
            if begun.invocation != bytes { violate("the tool \(name) is asked for something else than before") }
            if let exit = begun.exit { return exit }
            let now = try FileIdentity.all(in: workspace)
            for (path, file) in begun.workspace where now[path] != file {
                violate("\(path) was touched while \(name) ran")
            }
            for path in now.keys where begun.workspace[path] == nil { violate("\(path) was made while \(name) ran") }
        } else {
            let files = try FileIdentity.all(in: workspace)
            state.withLock { $0.tools[name] = Begun(invocation: bytes, workspace: files) }
            try point.pass("while \(name) runs")
        }
        let exit = try end(name, invocation)
        state.withLock { $0.tools[name]?.exit = exit }
        try point.pass("after \(name)")
        return exit
    }

    private func end(_ name: String, _ invocation: ToolInvocation) throws -> ToolExit {
        let folder = workspace + "/tools/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (status, output) = try work(name, invocation)
        try Data(output.utf8).write(to: URL(filePath: folder + "/stdout"))
        try Data("{}".utf8).write(to: URL(filePath: folder + "/exit.json"))
        return ToolExit(
            status: status,
            signal: nil,
            stopped: false,
            standardOutput: folder + "/stdout",
            standardError: folder + "/stderr"
        )
    }

    private func violate(_ what: String) { state.withLock { $0.violations.append(what) } }

    private static func bytes(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(value)
    }
}
