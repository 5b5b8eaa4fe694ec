import Foundation
import Synchronization
import Testing

@testable import ToolSupervisor

@Suite("Stopping a tool", .timeLimit(.minutes(2)))
struct StopPolicyTests {
    /// Runs a script, cancels the run when it has printed `ready`, and waits for the end.
    private func stop(_ run: ToolRun, _ script: String, grace: Duration) async throws -> ToolEnd {
        let task = Task { try await run.run(script, grace: grace) }
        try await run.collector.line("ready")
        task.cancel()
        return try await task.value
    }

    @Test("One SIGTERM to the leader, none to its children, and time to clean up")
    func graceful() async throws {
        let run = try ToolRun()
        let script = """
            trap 'terms=$((terms+1))' TERM
            sh -c 'trap "echo child got TERM" TERM; echo ready; while [ ! -e stop ]; do sleep 0.05; done' &
            child=$!
            while [ -z "$terms" ]; do sleep 0.05; done
            sleep 0.7
            touch stop
            wait $child
            echo terms $terms
            exit 7
            """
        let end = try await stop(run, script, grace: .seconds(60))
        #expect(end.status == 7)
        #expect(end.wasStopped && !end.wasKilled)
        #expect(run.collector.lines(.stdout) == ["ready", "terms 1"])
        #expect(try ExitRecord.load(folder: run.toolFolder) == ExitRecord(status: 7, stopped: true, killed: false))
    }

    @Test(
        "At the hard deadline SIGKILL ends the leader and all its descendants, also in sessions of their own",
        arguments: TestContainment.available
    )
    func hardDeadline(containment: TestContainment) async throws {
        let run = try ToolRun(containment)
        let script = """
            trap '' TERM
            sh -c 'trap "" TERM; (trap "" TERM; sleep 301; true) & echo $!; echo $$; sleep 302; true' &
            setsid sh -c 'echo $$; sleep 303; true' &
            sleep 0.2
            echo $$
            echo ready
            while true; do sleep 1; done
            """
        let end = try await stop(run, script, grace: .milliseconds(300))
        #expect(end.signal == SIGKILL)
        #expect(end.wasStopped && end.wasKilled && end.survivors.isEmpty)
        let pids = run.collector.lines(.stdout).compactMap { Int32($0) }
        #expect(pids.count == 4)
        for pid in pids { #expect(!isRunning(pid), "\(pid)") }
    }

    @Test(
        "A descendant that outlives a leader that stopped in time is ended too, though it left the session",
        arguments: TestContainment.available
    )
    func orphanInOwnSession(containment: TestContainment) async throws {
        let run = try ToolRun(containment)
        let script =
            "trap 'exit 0' TERM; setsid sh -c 'echo $$; echo ready; sleep 300; true' & while true; do sleep 0.05; done"
        let end = try await stop(run, script, grace: .seconds(60))
        #expect(end.status == 0)
        #expect(end.killedLeftOvers >= 1)
        let pid = try #require(run.collector.lines(.stdout).compactMap { Int32($0) }.first)
        #expect(!isRunning(pid))
    }

    @Test("A tool that floods can be left: the wish is seen before the flood ends")
    func leftInAFlood() async throws {
        let run = try ToolRun()
        // The reader is slower than the tool, so that there is always more to read.
        let script = """
            head -c 4M /dev/zero | tr '\\0' x | fold -w 1000 > much
            echo ready; while true; do cat much; sleep 0.1; done
            """
        let reading = Task {
            try await run.runner.run(
                run.spec(script),
                folder: run.toolFolder,
                redactor: Redactor(),
                leavesRunning: { true }
            ) { stream, line in
                if line == "ready" { run.collector.handler(stream, line) } else { usleep(1) }
            }
        }
        try await run.collector.line("ready")
        reading.cancel()
        let error = await #expect(throws: ToolError.self) { try await reading.value }
        #expect(error?.code == .leftRunning)
        #expect(try await LeftOverTool.end(folder: run.toolFolder) == .ended)
    }

    @Test("A deaf tool is killed by the deadline in the stop file, though its grace be longer")
    func stopDeadline() async throws {
        let run = try ToolRun()
        let task = Task { try await run.run("trap '' TERM; echo ready; while true; do sleep 0.02; done") }
        try await run.collector.line("ready")
        let deadline = LeaseFile.sinceBoot() + .milliseconds(300)
        try ToolFolder(run.toolFolder).askToStop(by: deadline)
        let end = try await task.value
        #expect(end.signal == SIGKILL && end.wasStopped && end.wasKilled)
        let late = LeaseFile.sinceBoot() - deadline
        #expect(late >= .zero && late < .seconds(20))
    }

    @Test("A deadline that becomes known while the tool stops already cuts the rest of its grace")
    func laterDeadline() async throws {
        let run = try ToolRun()
        let deadline = Mutex<Duration?>(nil)
        let task = Task {
            try await run.runner.run(
                run.spec("trap 'echo told' TERM; echo ready; while true; do sleep 0.02; done"),
                folder: run.toolFolder,
                redactor: Redactor(),
                stopBy: { deadline.withLock { $0 } },
                onLine: run.collector.handler
            )
        }
        try await run.collector.line("ready")
        task.cancel()
        try await run.collector.line("told")
        deadline.withLock { $0 = LeaseFile.sinceBoot() + .milliseconds(100) }
        let end = try await task.value
        #expect(end.signal == SIGKILL && end.wasKilled)
        #expect(run.collector.lines(.stdout) == ["ready", "told"])
    }

    @Test("Cancelling twice, or after the deadline, changes nothing")
    func idempotent() async throws {
        let run = try ToolRun()
        let task = Task {
            try await run.run("trap 'echo got TERM' TERM; echo ready; while [ ! -e go ]; do sleep 0.05; done")
        }
        try await run.collector.line("ready")
        for _ in 0..<5 { task.cancel() }
        try await run.collector.line("got TERM")
        for _ in 0..<5 { task.cancel() }
        run.folder.make("go")
        let end = try await task.value
        #expect(end.status == 0 && end.wasStopped)
        #expect(run.collector.lines(.stdout) == ["ready", "got TERM"])
    }

    @Test("A run that was cancelled before it began starts nothing")
    func cancelledBefore() async throws {
        let run = try ToolRun()
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await run.run("echo started")
        }
        let error = await #expect(throws: ToolError.self) { try await task.value }
        #expect(error?.code == .stoppedBeforeStart)
        #expect(!FileManager.default.fileExists(atPath: run.toolFolder))
    }
}
