import Foundation
import Testing

@testable import ToolSupervisor

@Suite("Whether it is sure that a tool is over", .timeLimit(.minutes(2)))
struct ToolIsOverTests {
    /// Runs `script` and leaves it once it has printed `ready`.
    private func leave(_ run: ToolRun, _ script: String) async throws -> StartRecord {
        let task = Task { try await run.run(run.spec(script), leavesRunning: { true }) }
        try await run.collector.line("ready")
        task.cancel()
        _ = await task.result
        return try await run.started()
    }

    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("it is not while it runs, and is when it has been ended")
    func running() async throws {
        let run = try ToolRun()
        _ = try await leave(run, "trap 'exit 0' TERM; echo ready; while true; do sleep 0.02; done")
        #expect(!LeftOverTool.isOver(folder: run.toolFolder))
        _ = try await LeftOverTool.end(folder: run.toolFolder)
        #expect(LeftOverTool.isOver(folder: run.toolFolder))
    }

    @Test("it is not while anything of it lives after its supervisor was killed", arguments: TestContainment.available)
    func supervisorKilled(containment: TestContainment) async throws {
        let run = try ToolRun(containment)
        let record = try await leave(run, "trap '' TERM; echo ready; while true; do sleep 0.02; done")
        kill(record.supervisor, SIGKILL)
        try await until { !isRunning(record.supervisor) }
        #expect(!LeftOverTool.isOver(folder: run.toolFolder))
        kill(record.pid, SIGKILL)
        try await until { LeftOverTool.isOver(folder: run.toolFolder) }
        #expect(!isRunning(record.pid))
    }

    @Test("it is not where something may yet be started, and is where nothing may be any more")
    func notStarted() async throws {
        let run = try ToolRun()
        #expect(LeftOverTool.isOver(folder: run.toolFolder), "there is no folder")
        try PrivateFile.makeFolder(run.toolFolder)
        try ToolFolder(run.toolFolder).mark(ToolRequest.name)
        #expect(!LeftOverTool.isOver(folder: run.toolFolder))
        try ToolFolder(run.toolFolder).mark(ToolFolder.poisoned)
        #expect(LeftOverTool.isOver(folder: run.toolFolder))
    }

    @Test("it is after a boot")
    func otherBoot() async throws {
        let run = try ToolRun()
        try PrivateFile.makeFolder(run.toolFolder)
        let record = StartRecord(pid: 1, startTime: 1, bootId: "another", executable: "/bin/sh", graceMilliseconds: 0)
        try record.write(folder: run.toolFolder)
        #expect(LeftOverTool.isOver(folder: run.toolFolder))
    }
}
