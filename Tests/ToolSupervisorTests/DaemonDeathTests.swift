import Foundation
import Testing

@testable import ToolSupervisor

@Suite("When the daemon is killed", .timeLimit(.minutes(2)))
struct DaemonDeathTests {
    /// Runs `script` as a tool of a process that is killed by SIGKILL once the tool has made the file `ready`.
    private func killDaemon(of script: String, in folder: TemporaryFolder, graceMilliseconds: Int = 60_000) async throws
    {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = folder.path as String, script = script as String, grace = graceMilliseconds as Int] in
            let spec = ToolSpec(
                executable: "/bin/sh",
                arguments: ["-c", script],
                environment: ["PATH": "/usr/bin:/bin"],
                workingDirectory: path,
                grace: .milliseconds(grace)
            )
            let run = Task {
                try await ToolRunner().run(spec, folder: path + "/tool", redactor: Redactor()) { _, _ in }
            }
            // Ends in the kill alone, or in the test's time limit.
            while !FileManager.default.fileExists(atPath: path + "/ready") {
                try await Task.sleep(for: .milliseconds(5))
            }
            kill(getpid(), SIGKILL)
            _ = try await run.value
        }
    }

    @Test("its tool is sent one SIGTERM by the kernel, and is over when its left-over has been ended")
    func leaderIsTold() async throws {
        let folder = try TemporaryFolder()
        let script = "trap 'echo TERM >> told; exit 0' TERM; sleep 300 & touch ready; while true; do sleep 0.05; done"
        try await killDaemon(of: script, in: folder, graceMilliseconds: 2000)
        let outcome = try await LeftOverTool.end(folder: folder.path + "/tool") {
            try? await Task.sleep(for: .milliseconds(5))
        }
        // The script was told; its `sleep 300` never is, and lives in its session until the end of the grace unless it is killed.
        #expect(outcome == .killed)
        #expect(try folder.text("told") == "TERM\n")
        let record = try #require(try StartRecord.load(folder: folder.path + "/tool"))
        #expect(!isRunning(record.pid))
        #expect(ProcessTable.now().processes.filter { $0.session == record.pid && !$0.isZombie }.isEmpty)
        #expect(try await LeftOverTool.end(folder: folder.path + "/tool") == .nothingLeft)
    }

    @Test("a tool that stops in time is not killed")
    func stopsInTime() async throws {
        let folder = try TemporaryFolder()
        let script = "trap 'sleep 0.3; echo done > done; exit 0' TERM; touch ready; while true; do sleep 0.05; done"
        try await killDaemon(of: script, in: folder)
        _ = try await LeftOverTool.end(folder: folder.path + "/tool") { try? await Task.sleep(for: .milliseconds(5)) }
        #expect(try folder.text("done") == "done\n")
    }

    @Test("a tool that ignores SIGTERM is killed at the end of its grace, with its children")
    func ignoresTerm() async throws {
        let folder = try TemporaryFolder()
        let script = "trap '' TERM; sh -c 'sleep 300; true' & touch ready; while true; do sleep 0.05; done"
        try await killDaemon(of: script, in: folder, graceMilliseconds: 200)
        let record = try #require(try StartRecord.load(folder: folder.path + "/tool"))
        #expect(isRunning(record.pid))
        #expect(try await LeftOverTool.end(folder: folder.path + "/tool") == .killed)
        #expect(!isRunning(record.pid))
        #expect(ProcessTable.now().processes.filter { $0.session == record.pid && !$0.isZombie }.isEmpty)
    }

    @Test("a process that has the number of a tool of old is left alone")
    func foreignProcess() async throws {
        let run = try ToolRun()
        let task = Task { try await run.run("echo $$; echo ready; while [ ! -e go ]; do sleep 0.05; done") }
        try await run.collector.line("ready")
        let record = try #require(try StartRecord.load(folder: run.toolFolder))
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
