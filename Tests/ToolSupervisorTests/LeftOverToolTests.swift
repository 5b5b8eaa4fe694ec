import Foundation
import Testing

@testable import ToolSupervisor

@Suite("A tool that nobody follows any more", .timeLimit(.minutes(2)))
struct LeftOverToolTests {
    /// Runs `script` and leaves it once it has printed `ready`.
    private func leave(_ run: ToolRun, _ script: String, grace: Duration = .seconds(60)) async throws -> StartRecord {
        let task = Task { try await run.run(run.spec(script, grace: grace), leavesRunning: { true }) }
        try await run.collector.line("ready")
        task.cancel()
        _ = await task.result
        return try await run.started()
    }

    private func end(_ run: ToolRun) async throws -> LeftOverTool.Outcome {
        try await LeftOverTool.end(folder: run.toolFolder) { try? await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("is stopped by its supervisor within its grace", arguments: TestContainment.available)
    func stopsInTime(containment: TestContainment) async throws {
        let run = try ToolRun(containment)
        let record = try await leave(
            run,
            "trap 'echo TERM >> told; sleep 0.2; echo done > done; exit 0' TERM; echo ready; while true; do sleep 0.02; done"
        )
        #expect(try await end(run) == .ended)
        #expect(!isRunning(record.pid))
        #expect(try run.folder.text("told") == "TERM\n")
        #expect(try run.folder.text("done") == "done\n")
        #expect(try await end(run) == .nothingLeft)
    }

    @Test("is killed with its children at the end of its grace", arguments: TestContainment.available)
    func ignoresTerm(containment: TestContainment) async throws {
        let run = try ToolRun(containment)
        let record = try await leave(
            run,
            "trap '' TERM; sh -c 'sleep 300; true' & echo ready; while true; do sleep 0.05; done",
            grace: .milliseconds(200)
        )
        #expect(try await end(run) == .killed)
        #expect(!isRunning(record.pid))
        #expect(ProcessTable.now().processes.filter { $0.session == record.pid && !$0.isZombie }.isEmpty)
    }

    @Test("whose supervisor hangs is ended all the same")
    func hungSupervisor() async throws {
        let run = try ToolRun()
        let record = try await leave(
            run,
            "trap 'exit 0' TERM; echo ready; while true; do sleep 0.02; done",
            grace: .zero
        )
        kill(record.supervisor, SIGSTOP)
        let ending = Task { try await end(run) }
        // What the patience of half a minute would lead to.
        kill(record.supervisor, SIGKILL)
        #expect(try await ending.value != .survived(pids: []))
        #expect(!isRunning(record.pid))
    }

    @Test("is nothing where nothing was started, and nothing can be any more")
    func nothingStarted() async throws {
        let run = try ToolRun()
        #expect(try await end(run) == .nothingLeft)
        try PrivateFile.makeFolder(run.toolFolder)
        try LaunchRequest(run.spec("true")).request.write(folder: ToolFolder(run.toolFolder))
        #expect(try await end(run) == .nothingLeft)
        #expect(ToolFolder(run.toolFolder).has(ToolFolder.poisoned))
    }

    @Test("is not mistaken for a process that has its number now")
    func foreignProcess() async throws {
        let run = try ToolRun(.descendants)
        let task = Task { try await run.run("echo $$; echo ready; while [ ! -e go ]; do sleep 0.05; done") }
        try await run.collector.line("ready")
        let record = try await run.started()
        for change in ["start time", "boot"] {
            let old = try TemporaryFolder()
            var stale = record
            stale.graceMilliseconds = 0
            if change == "boot" { stale.bootId = "another" } else { stale.startTime -= 1 }
            try stale.write(folder: old.path)
            #expect(try await LeftOverTool.end(folder: old.path) == .nothingLeft, "\(change)")
        }
        #expect(isRunning(record.pid))
        run.folder.make("go")
        #expect(try await task.value.status == 0)
    }
}
