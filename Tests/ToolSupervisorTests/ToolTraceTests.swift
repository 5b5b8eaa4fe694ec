import Foundation
import Glibc
import Testing

@testable import ToolSupervisor

@Suite(.timeLimit(.minutes(2)))
struct ToolTraceTests {
    private static let user = geteuid()

    /// Where the tools here have their folders, below the run's own.
    private static let place = "t1/tools/terraform-apply"

    /// A trace of a daemon whose tools are held as those of `record` are, with the run's folder for its work folder.
    private func trace(_ record: StartRecord, of run: ToolRun) -> ToolTrace {
        let parent = record.cgroup.map { String($0[..<($0.lastIndex(of: "/") ?? $0.endIndex)]) }
        return ToolTrace(
            containment: parent.map { .cgroup(parent: $0) } ?? .descendants,
            isUnit: false,
            workFolder: run.folder.path
        )
    }

    /// Where the process that has the number now comes from.
    private func origin(_ pid: Int32, _ trace: ToolTrace) -> ToolTrace.Origin {
        trace.origin(of: pid, started: ToolTrace.start(of: pid), user: Self.user)
    }

    @Test(arguments: TestContainment.available)
    func `a tool, its children and its orphans are a tool's, and this process is not`(containment: TestContainment)
        async throws
    {
        let run = try ToolRun(containment, place: Self.place)
        // A child, and an orphan in a session of its own.
        let script = "sleep 1000 & echo child $!; (setsid sh -c 'echo orphan $$; echo ready; exec sleep 1000' &); wait"
        let end = Task { try await run.run(run.spec(script)) }
        let record = try await run.started()
        try await run.collector.line("ready")
        let (child, orphan) = (try number(run, "child"), try number(run, "orphan"))
        let trace = trace(record, of: run)
        for pid in [record.pid, child, orphan, record.supervisor] {
            guard case .tool(let tool) = origin(pid, trace) else {
                Issue.record("\(pid) is \(origin(pid, trace))")
                continue
            }
            #expect(tool.folder == run.toolFolder)
            let isInGroup = containment == .cgroup && pid != record.supervisor
            #expect((tool.cgroup != nil) == isInGroup && record.cgroup?.hasSuffix(tool.cgroup ?? "") != false)
        }
        #expect(origin(getpid(), trace) == .elsewhere)
        let started = try #require(ToolTrace.start(of: record.pid))
        // As after the number was given to another: not the one that connected.
        for other in [started + 1, nil] {
            #expect(trace.origin(of: record.pid, started: other, user: Self.user) == .unknown)
        }
        end.cancel()
        _ = await end.result
        #expect(trace.origin(of: record.pid, started: started, user: Self.user) == .unknown)
    }

    /// What a tool does to be taken for one of another task.
    enum Disguise: CaseIterable, Sendable {
        /// It calls itself the supervisor of a folder that is nowhere.
        case invented
        /// It calls itself the supervisor of another task's tool.
        case another
        /// It has a record of its own in its workspace, with a path that looks like another task's.
        case recorded
        /// The same by a way round.
        case roundabout
    }

    @Test(arguments: Disguise.allCases)
    func `a tool is known by its supervisor's record, whatever it calls itself`(disguise: Disguise) async throws {
        let run = try ToolRun(.descendants, place: Self.place)
        let folder =
            switch disguise {
            case .invented: "/x/deadbeefdeadbeef/tools/terraform-apply"
            case .another: run.folder.path + "/deadbeefdeadbeef/tools/terraform-apply"
            case .recorded: run.folder.path + "/t1/deadbeefdeadbeef/tools/terraform-apply"
            case .roundabout: run.folder.path + "/../deadbeefdeadbeef/tools/terraform-apply"
            }
        // `python3 FILE FOLDER`, with the program's own name and its file's as a supervisor's.
        run.folder.make(
            "supervise",
            "import os, time\nprint('disguised', os.getpid())\nprint('ready', flush=True)\ntime.sleep(1000)\n"
        )
        let script = "exec -a builderd python3 supervise '\(folder)' & wait"
        let spec = ToolSpec(
            executable: "/bin/bash",
            arguments: ["-c", script],
            environment: ["PATH": ToolRun.path],
            workingDirectory: run.folder.path,
            grace: .seconds(60)
        )
        let end = Task { try await run.run(spec) }
        let record = try await run.started()
        try await run.collector.line("ready")
        let disguised = try number(run, "disguised")
        if disguise == .recorded {
            var forged = record
            (forged.supervisor, forged.supervisorStartTime) = (disguised, try #require(ToolTrace.start(of: disguised)))
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try forged.write(folder: folder)
        }
        #expect(origin(disguised, trace(record, of: run)) == .tool(ToolTrace.Tool(folder: run.toolFolder)))
        // Nor does it lose its mark where nothing above it is on record.
        let elsewhere = ToolTrace(containment: .descendants, isUnit: false, workFolder: "/nowhere")
        #expect(origin(disguised, elsewhere) == .tool(ToolTrace.Tool()))
        end.cancel()
        _ = await end.result
    }

    @Test func `a record that is a pipe or another boot's keeps nobody waiting and names nobody`() throws {
        let folder = try TemporaryFolder()
        let process = try #require(ProcessIdentity.read(getpid()))
        #expect(!StartRecord.names(process, in: folder.path))
        #expect(unsafe mkfifo(folder.path + "/" + StartRecord.name, 0o600) == 0)
        #expect(!StartRecord.names(process, in: folder.path))
        try FileManager.default.removeItem(atPath: folder.path + "/" + StartRecord.name)
        var record = StartRecord(
            pid: 1,
            startTime: 1,
            bootId: StartRecord.currentBootId(),
            executable: "/bin/sh",
            graceMilliseconds: 1,
            supervisor: process.pid,
            supervisorStartTime: process.startTime
        )
        try record.write(folder: folder.path)
        #expect(StartRecord.names(process, in: folder.path))
        record.bootId = "another"
        try record.write(folder: folder.path)
        #expect(!StartRecord.names(process, in: folder.path))
    }

    @Test(.enabled(if: TestCgroup.isAvailable, "needs a cgroup v2 that can be written to"))
    func `a tool whose supervisor is dead is known by its cgroup`() async throws {
        let run = try ToolRun(.cgroup)
        let end = Task { try await run.run(run.spec("trap '' TERM; echo ready; while :; do sleep 0.1; done")) }
        let record = try await run.started()
        try await run.collector.line("ready")
        #expect(kill(record.supervisor, SIGKILL) == 0)
        while isRunning(record.supervisor) { try await Task.sleep(for: .milliseconds(2)) }
        guard case .tool(let tool) = origin(record.pid, trace(record, of: run)) else {
            Issue.record("\(origin(record.pid, trace(record, of: run)))")
            return
        }
        #expect(tool.folder == nil && record.cgroup?.hasSuffix(tool.cgroup ?? "-") == true)
        ToolCgroup(record.cgroup ?? "").kill()
        end.cancel()
        _ = await end.result
    }

    @Test(
        .enabled(if: TestCgroup.isAvailable, "needs a cgroup v2 that can be written to"),
        arguments: [true, false],
        [true, false]
    )
    func `in a unit's own cgroup everything is its tools', also what has moved there`(isUnit: Bool, isDeep: Bool)
        async throws
    {
        let group = try #require(TestCgroup())
        let place = group.path
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        // In a group of its own choice below, as a tool can make any number of them.
        let own = "mkdir -p \(place)/own/deep && echo $$ >\(place)/own/deep/cgroup.procs"
        process.arguments = ["-c", "\(isDeep ? own : "echo $$ >\(place)/cgroup.procs"); echo; exec sleep 1000"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        _ = output.fileHandleForReading.availableData
        let trace = ToolTrace(containment: .cgroup(parent: group.path), isUnit: isUnit, workFolder: "/nowhere")
        let origin = origin(process.processIdentifier, trace)
        if isUnit {
            let home = "/" + (group.path.split(separator: "/").last ?? "")
            #expect(origin == .tool(ToolTrace.Tool(cgroup: home + (isDeep ? "/own" : ""))))
        } else {
            #expect(origin == .elsewhere)
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    @Test func `a process that is gone, a zombie, another user's and none are unknown`() async throws {
        let trace = ToolTrace(containment: .descendants, isUnit: false, workFolder: "/nowhere")
        let process = Process()
        process.executableURL = URL(filePath: "/bin/true")
        try process.run()
        process.waitUntilExit()
        #expect(origin(process.processIdentifier, trace) == .unknown)
        #expect(trace.origin(of: getpid(), started: ToolTrace.start(of: getpid()), user: Self.user &+ 1) == .unknown)
        for pid in [0, -1, Int32.max] { #expect(origin(pid, trace) == .unknown) }
    }

    private func number(_ run: ToolRun, _ name: String) throws -> Int32 {
        let line = run.collector.lines(.stdout).first { $0.hasPrefix(name) }
        return try #require(line?.split(separator: " ").last.flatMap { Int32($0) })
    }
}
