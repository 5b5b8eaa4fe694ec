import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ToolSupervisor

@Suite("Lines that are held back", .timeLimit(.minutes(2)))
struct LinePacingTests {
    /// A log that a test opens and closes.
    private final class Gate: LinePacing {
        struct State {
            var hasRoom = false
            var isStalled = false
            var questions = 0
            var mark = 0
            var passed = 0
        }
        let state: Mutex<State>

        init(_ state: State = State()) { self.state = Mutex(state) }

        var hasRoom: Bool {
            state.withLock { state in
                state.questions += 1
                return state.hasRoom
            }
        }
        var isStalled: Bool { state.withLock { $0.isStalled } }
        var mark: Int { state.withLock { $0.mark } }
        func hasPassed(_ mark: Int) -> Bool { state.withLock { $0.passed >= mark } }
    }

    private func runner(_ gate: Gate, tick: @escaping ToolRunner.Tick = { await Task.yield() }) -> ToolRunner {
        ToolRunner(supervisor: ToolRun.supervisor, containment: .descendants, pacing: gate, tick: tick)
    }

    private func run(_ runner: ToolRunner, _ script: String, _ collector: LineCollector) async throws -> ToolEnd {
        let folder = try TemporaryFolder()
        let spec = ToolSpec(
            executable: "/bin/sh",
            arguments: ["-c", script],
            environment: ["PATH": ToolRun.path],
            workingDirectory: folder.path,
            grace: .seconds(5)
        )
        return try await runner.run(
            spec,
            folder: folder.path + "/tool",
            redactor: Redactor(),
            onLine: collector.handler
        )
    }

    @Test(
        "While the log has no room nothing is handed on, not even at the tool's end; afterwards everything is, in order"
    )
    func heldBack() async throws {
        let (gate, collector) = (Gate(), LineCollector())
        // Opens when the end has been looked at many times.
        let runner = runner(gate) {
            let opens = gate.state.withLock { state in
                if state.questions == 300 { state.hasRoom = true }
                return state.questions == 299
            }
            if opens { #expect(collector.lines(.stdout).isEmpty) }
            try? await Task.sleep(for: .milliseconds(1))
        }
        let end = try await run(runner, "seq 5000", collector)
        #expect(end.status == 0)
        #expect(gate.state.withLock { $0.questions } >= 300)
        #expect(collector.lines(.stdout) == (1...5000).map { "\($0)" })
    }

    @Test("A tool's end does not wait for a log that has stalled")
    func stalled() async throws {
        let (gate, collector) = (Gate(Gate.State(isStalled: true)), LineCollector())
        let end = try await run(runner(gate), "seq 5000", collector)
        #expect(end.status == 0)
        #expect(collector.lines(.stdout).count == 5000)
    }

    @Test("What a successor goes by is never ahead of what is out")
    func progress() throws {
        let temporary = try TemporaryFolder()
        let folder = ToolFolder(temporary.path)
        let gate = Gate()
        var progress = LogProgress(from: LoggedOutput(), pacing: gate)
        func reach(_ bytes: Int, mark: Int, isFinal: Bool = false) -> Int {
            gate.state.withLock { $0.mark = mark }
            progress.reach(LoggedOutput(stdout: bytes), isFinal: isFinal)
            progress.keep(in: folder)
            return LoggedOutput.load(folder: folder).stdout
        }
        #expect(reach(10, mark: 1) == 0)
        #expect(reach(20, mark: 2) == 0)
        gate.state.withLock { $0.passed = 1 }
        #expect(reach(30, mark: 3) == 10)
        #expect(reach(30, mark: 3) == 10)
        gate.state.withLock { $0.passed = 3 }
        #expect(reach(30, mark: 3) == 30)
        #expect(reach(40, mark: 4) == 30)
        // The last place of all takes over from one that waits, and is no sooner kept.
        #expect(reach(50, mark: 5, isFinal: true) == 30)
        #expect(!progress.isKept)
        gate.state.withLock { $0.passed = 5 }
        #expect(reach(50, mark: 5, isFinal: true) == 50)
        #expect(progress.isKept)
    }

    @Test("A tool that is left while the log takes nothing is read again from where the log has come to")
    func leftWithAStoppedLog() async throws {
        let run = try ToolRun()
        let gate = Gate(Gate.State(hasRoom: true, mark: 1))
        let spec = run.spec("seq 100; echo ready; while [ ! -e go ]; do sleep 0.02; done; echo more")
        let runner = runner(gate) { try? await Task.sleep(for: .milliseconds(5)) }
        let first = Task {
            try await runner.run(
                spec,
                folder: run.toolFolder,
                redactor: Redactor(),
                leavesRunning: { true },
                onLine: run.collector.handler
            )
        }
        try await run.collector.line("ready")
        first.cancel()
        #expect(await #expect(throws: ToolError.self) { try await first.value }?.code == .leftRunning)
        let successor = LineCollector()
        run.folder.make("go")
        #expect(try await run.run(spec, isAdoption: true, collector: successor).status == 0)
        #expect(successor.lines(.stdout) == (1...100).map { "\($0)" } + ["ready", "more"], "lines are missing")
    }

    @Test("A tool's result does not wait for a slow log once the task is to end")
    func endedWhileHeldBack() async throws {
        let (gate, collector) = (Gate(), LineCollector())
        let runner = runner(gate) { try? await Task.sleep(for: .milliseconds(1)) }
        let folder = try TemporaryFolder()
        let spec = ToolSpec(
            executable: "/bin/sh",
            arguments: ["-c", "seq 5000"],
            environment: ["PATH": ToolRun.path],
            workingDirectory: folder.path,
            grace: .seconds(5)
        )
        let place = folder.path + "/tool"
        let task = Task {
            try await runner.run(spec, folder: place, redactor: Redactor(), onLine: collector.handler)
        }
        while try ExitRecord.load(folder: place) == nil { try await Task.sleep(for: .milliseconds(2)) }
        #expect(collector.lines(.stdout).isEmpty)
        task.cancel()
        #expect(try await task.value.status == 0)
        #expect(collector.lines(.stdout).count == 5000)
    }

    @Test("Output that nobody is to see waits for no log")
    func unseen() async throws {
        let folder = try TemporaryFolder()
        let spec = ToolSpec(
            executable: "/bin/sh",
            arguments: ["-c", "seq 5000"],
            environment: ["PATH": ToolRun.path],
            workingDirectory: folder.path,
            grace: .seconds(5)
        )
        let end = try await runner(Gate()).run(spec, folder: folder.path + "/tool", redactor: Redactor(), onLine: nil)
        #expect(end.status == 0)
    }
}
