import Foundation
import Glibc
import Testing

@testable import ToolSupervisor

@Suite(.timeLimit(.minutes(2)))
struct ToolTraceTests {
    private static let user = geteuid()

    /// A trace of a daemon whose tools are held as those of `record` are.
    private func trace(_ record: StartRecord, isUnit: Bool = false) -> ToolTrace {
        let parent = record.cgroup.map { String($0[..<($0.lastIndex(of: "/") ?? $0.endIndex)]) }
        return ToolTrace(containment: parent.map { .cgroup(parent: $0) } ?? .descendants, isUnit: isUnit)
    }

    @Test(arguments: TestContainment.available)
    func `a tool, its children and its orphans are a tool's, and this process is not`(containment: TestContainment)
        async throws
    {
        let run = try ToolRun(containment)
        // A child, and an orphan in a session of its own.
        let script = "sleep 1000 & echo child $!; (setsid sh -c 'echo orphan $$; echo ready; exec sleep 1000' &); wait"
        let end = Task { try await run.run(run.spec(script)) }
        let record = try await run.started()
        try await run.collector.line("ready")
        let (child, orphan) = (try number(run, "child"), try number(run, "orphan"))
        let trace = trace(record)
        for pid in [record.pid, child, orphan, record.supervisor] {
            guard case .tool(let tool) = trace.origin(of: pid, user: Self.user) else {
                Issue.record("\(pid) is \(trace.origin(of: pid, user: Self.user))")
                continue
            }
            #expect(tool.folder == run.toolFolder)
            let isInGroup = containment == .cgroup && pid != record.supervisor
            #expect((tool.cgroup != nil) == isInGroup && record.cgroup?.hasSuffix(tool.cgroup ?? "") != false)
        }
        #expect(trace.origin(of: getpid(), user: Self.user) == .elsewhere)
        end.cancel()
        _ = await end.result
        #expect(trace.origin(of: record.pid, user: Self.user) == .unknown)
    }

    @Test(.enabled(if: TestCgroup.isAvailable, "needs a cgroup v2 that can be written to"))
    func `a tool whose supervisor is dead is known by its cgroup`() async throws {
        let run = try ToolRun(.cgroup)
        let end = Task { try await run.run(run.spec("trap '' TERM; echo ready; while :; do sleep 0.1; done")) }
        let record = try await run.started()
        try await run.collector.line("ready")
        #expect(kill(record.supervisor, SIGKILL) == 0)
        while isRunning(record.supervisor) { try await Task.sleep(for: .milliseconds(2)) }
        guard case .tool(let tool) = trace(record).origin(of: record.pid, user: Self.user) else {
            Issue.record("\(trace(record).origin(of: record.pid, user: Self.user))")
            return
        }
        #expect(tool.folder == nil && record.cgroup?.hasSuffix(tool.cgroup ?? "-") == true)
        ToolCgroup(record.cgroup ?? "").kill()
        end.cancel()
        _ = await end.result
    }

    @Test(.enabled(if: TestCgroup.isAvailable, "needs a cgroup v2 that can be written to"), arguments: [true, false])
    func `in a unit's own cgroup everything is its tools', also what has moved there`(isUnit: Bool) async throws {
        let group = try #require(TestCgroup())
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "echo $$ >\(group.path)/cgroup.procs; echo; exec sleep 1000"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        _ = output.fileHandleForReading.availableData
        let trace = ToolTrace(containment: .cgroup(parent: group.path), isUnit: isUnit)
        let origin = trace.origin(of: process.processIdentifier, user: Self.user)
        if isUnit {
            #expect(origin == .tool(ToolTrace.Tool(cgroup: "/" + (group.path.split(separator: "/").last ?? ""))))
        } else {
            #expect(origin == .elsewhere)
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    @Test func `a process that is gone, a zombie, another user's and none are unknown`() async throws {
        let trace = ToolTrace(containment: .descendants, isUnit: false)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/true")
        try process.run()
        process.waitUntilExit()
        #expect(trace.origin(of: process.processIdentifier, user: Self.user) == .unknown)
        #expect(trace.origin(of: getpid(), user: Self.user &+ 1) == .unknown)
        for pid in [0, -1, Int32.max] { #expect(trace.origin(of: pid, user: Self.user) == .unknown) }
    }

    private func number(_ run: ToolRun, _ name: String) throws -> Int32 {
        let line = run.collector.lines(.stdout).first { $0.hasPrefix(name) }
        return try #require(line?.split(separator: " ").last.flatMap { Int32($0) })
    }
}
