import Foundation
import Testing

@testable import ToolSupervisor

/// Daemons come and go: the tool, its supervisor and its folder stay.
@Suite("A tool and its supervisor", .timeLimit(.minutes(2)))
struct SupervisorTests {
    private static let script = """
        echo one; echo two; while [ ! -e go ]; do sleep 0.02; done
        echo three > made; (echo child; true) & wait; echo four; exit 5
        """

    @Test(
        "A tool that is left runs on, and its successor gets the rest of its lines, once, and its end",
        arguments: TestContainment.available
    )
    func leftAndAdopted(containment: TestContainment) async throws {
        let run = try ToolRun(containment)
        let spec = run.spec(Self.script)
        let first = Task { try await run.run(spec, leavesRunning: { true }) }
        try await run.collector.line("two")
        first.cancel()
        #expect(await #expect(throws: ToolError.self) { try await first.value }?.code == .leftRunning)
        let record = try await run.started()
        #expect(isRunning(record.pid) && isRunning(record.supervisor))
        let successor = LineCollector()
        let second = Task { try await run.run(spec, isAdoption: true, collector: successor) }
        run.folder.make("go")
        let end = try await second.value
        #expect(end.status == 5 && !end.wasStopped)
        #expect(run.collector.lines(.stdout) + successor.lines(.stdout) == ["one", "two", "child", "four"])
        #expect(try run.folder.text("made") == "three\n")
        // A third finds how it ended, and no line again.
        let third = LineCollector()
        #expect(try await run.run(spec, isAdoption: true, collector: third).status == 5)
        #expect(third.lines(.stdout).isEmpty)
        #expect(try run.folder.text("tool/stdout") == "one\ntwo\nchild\nfour\n")
    }

    @Test("A successor redacts what began before it, also a secret that was cut in two")
    func redactedAcross() async throws {
        var run = try ToolRun()
        run.redactor = try Redactor(secrets: ["hunter2-hunter2"])
        // The redactor holds back as much as the longest form of the secret, so there is text between.
        let filler = String(repeating: "x", count: 200)
        let spec = run.spec(
            "echo begin; echo \(filler); printf 'a hunter2-'; while [ ! -e go ]; do sleep 0.02; done; echo 'hunter2 b'"
        )
        let first = Task { [run] in try await run.run(spec, leavesRunning: { true }) }
        try await run.collector.line("begin")
        while try !run.folder.text("tool/stdout").hasSuffix("a hunter2-") {
            try await Task.sleep(for: .milliseconds(2))
        }
        first.cancel()
        _ = await first.result
        let successor = LineCollector()
        run.folder.make("go")
        _ = try await run.run(spec, isAdoption: true, collector: successor)
        let lines = run.collector.lines(.stdout) + successor.lines(.stdout)
        #expect(!lines.joined().contains("hunter2"))
        // The line that was in progress may come in two pieces.
        #expect(lines.first == "begin" && lines.dropFirst().joined() == filler + "a [redacted] b")
    }

    @Test("When the daemon is killed the tool runs on, with its children and its files")
    func daemonKilled() async throws {
        let run = try ToolRun()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = run.folder.path as String] in
            let spec = ToolSpec(
                executable: "/bin/sh",
                arguments: ["-c", SupervisorTests.script],
                environment: ["PATH": ToolRun.path],
                workingDirectory: path,
                grace: .seconds(60)
            )
            let runner = ToolRunner(supervisor: ToolRun.supervisor, containment: .descendants)
            let task = Task {
                try await runner.run(spec, folder: path + "/tool", redactor: Redactor()) { _, line in
                    // Ends in this kill alone, or in the test's time limit.
                    if line == "two" { kill(getpid(), SIGKILL) }
                }
            }
            _ = try await task.value
        }
        let record = try await run.started()
        #expect(isRunning(record.pid) && isRunning(record.supervisor))
        run.folder.make("go")
        let end = try await run.run(run.spec(Self.script), isAdoption: true)
        #expect(end.status == 5)
        // What the killed daemon had handed on may come again; nothing is left out.
        #expect(run.collector.lines(.stdout).suffix(2) == ["child", "four"])
        #expect(try run.folder.text("made") == "three\n")
    }

    @Test(
        "When the supervisor is killed the leader is sent one SIGTERM, everything is ended, and the tool is lost",
        arguments: TestContainment.available
    )
    func supervisorKilled(containment: TestContainment) async throws {
        let run = try ToolRun(containment)
        let script = """
            trap 'echo TERM >> told' TERM
            setsid sh -c 'echo $$; exec sleep 300' &
            echo ready; while true; do sleep 0.02; done
            """
        let task = Task { try await run.run(script, grace: .milliseconds(400)) }
        try await run.collector.line("ready")
        let record = try await run.started()
        #expect(kill(record.supervisor, SIGKILL) == 0)
        #expect(await #expect(throws: ToolError.self) { try await task.value }?.code == .lost)
        #expect(!isRunning(record.pid))
        #expect(try run.folder.text("told") == "TERM\n")
        if containment == .cgroup {
            let child = try #require(run.collector.lines(.stdout).compactMap { Int32($0) }.first)
            #expect(!isRunning(child), "a child in a session of its own is left")
        }
    }

    @Test("Supervisor and leader killed at once: lost, and the children are ended")
    func bothKilled() async throws {
        let run = try ToolRun()
        let task = Task {
            try await run.run("sh -c 'echo $$; exec sleep 300' & echo ready; wait", grace: .milliseconds(100))
        }
        try await run.collector.line("ready")
        let record = try await run.started()
        kill(record.supervisor, SIGKILL)
        kill(record.pid, SIGKILL)
        #expect(await #expect(throws: ToolError.self) { try await task.value }?.code == .lost)
        let child = try #require(run.collector.lines(.stdout).compactMap { Int32($0) }.first)
        #expect(!isRunning(child))
    }

    @Test("When the lease's deadline passes the supervisor stops the tool by itself, whoever is there to see")
    func fence() async throws {
        let run = try ToolRun()
        let lease = run.folder.path + "/lease"
        try LeaseFile.write(lease, deadline: LeaseFile.sinceBoot() + .seconds(60))
        var spec = run.spec("trap 'echo told; exit 9' TERM; echo ready; while true; do sleep 0.02; done")
        spec.lease = lease
        let task = Task { [spec] in try await run.run(spec) }
        try await run.collector.line("ready")
        let deadline = LeaseFile.sinceBoot() + .milliseconds(300)
        try LeaseFile.write(lease, deadline: deadline)
        let end = try await task.value
        #expect(end.status == 9 && end.wasStopped && end.wasFenced && !end.wasKilled)
        #expect(LeaseFile.sinceBoot() >= deadline)
        #expect(run.collector.lines(.stdout) == ["ready", "told"])
    }

    @Test("A lease that vanishes does not lift the fence", .timeLimit(.minutes(3)))
    func leaseVanishes() async throws {
        // On a busy machine a short lease passes before the tool is ready: then once more, with a longer one.
        for length: Duration in [.milliseconds(1500), .seconds(8), .seconds(40)] {
            let run = try ToolRun()
            let lease = run.folder.path + "/lease"
            let deadline = LeaseFile.sinceBoot() + length
            try LeaseFile.write(lease, deadline: deadline)
            var spec = run.spec("echo ready; exec sleep 300")
            spec.lease = lease
            let task = Task { [spec] in try await run.run(spec) }
            guard await run.isReady(before: task) else { continue }
            try FileManager.default.removeItem(atPath: lease)
            let end = try await task.value
            #expect(end.wasFenced && end.signal == SIGTERM)
            #expect(LeaseFile.sinceBoot() >= deadline)
            return
        }
        Issue.record("no lease was long enough for the tool to begin")
    }

    @Test(
        "Without a lease that can be read, or with one that has passed, nothing is started",
        arguments: [true, false]
    )
    func noLease(isThere: Bool) async throws {
        let run = try ToolRun()
        let lease = run.folder.path + "/lease"
        if isThere { try LeaseFile.write(lease, deadline: LeaseFile.sinceBoot() - .milliseconds(1)) }
        var spec = run.spec("echo begun > begun")
        spec.lease = lease
        let task = Task { [spec] in try await run.run(spec) }
        #expect(await #expect(throws: ToolError.self) { try await task.value }?.code == .stoppedBeforeStart)
        #expect(!FileManager.default.fileExists(atPath: run.folder.path + "/begun"))
    }

    @Test("A lease is written over in place, and a line that is not whole is not read")
    func leaseInPlace() throws {
        let folder = try TemporaryFolder()
        let lease = folder.path + "/lease"
        try LeaseFile.write(lease, deadline: .milliseconds(7))
        #expect(try folder.text("lease") == "00000000000000000007\n")
        let number = try FileManager.default.attributesOfItem(atPath: lease)[.systemFileNumber] as? Int
        try LeaseFile.write(lease, deadline: .milliseconds(123_456))
        #expect(LeaseFile.read(lease) == .milliseconds(123_456))
        #expect(try FileManager.default.attributesOfItem(atPath: lease)[.systemFileNumber] as? Int == number)
        for torn in ["", "123\n", "0000000000000000000\n", "00000000000000000007", "0000000000000000000x\n"] {
            try Data(torn.utf8).write(to: URL(filePath: lease))
            #expect(LeaseFile.read(lease) == nil, "\(torn)")
        }
    }

    @Test("A record takes the room that was reserved for it")
    func reserved() throws {
        let folder = try TemporaryFolder()
        let place = ToolFolder(folder.path)
        try PrivateFile.reserve(place.reservedPath, byteCount: 4096)
        let number = try FileManager.default.attributesOfItem(atPath: place.reservedPath)[.systemFileNumber] as? Int
        let record = ExitRecord(status: 3, stopped: false, killed: false)
        try record.write(folder: place)
        #expect(try ExitRecord.load(folder: folder.path) == record)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/exit.json")
        #expect(attributes[.systemFileNumber] as? Int == number)
        #expect(!place.has(ToolFolder.reserved))
    }

    @Test(
        "A folder that recovery found empty is poisoned: a supervisor that comes late starts nothing, and a new start gets a folder of its own"
    )
    func poisoned() async throws {
        let run = try ToolRun()
        let folder = ToolFolder(run.toolFolder)
        let spec = run.spec("echo ran >> ran; echo done")
        // As a daemon leaves it that is killed between the request and the supervisor's start.
        try PrivateFile.makeFolder(folder.path)
        try LaunchRequest(spec).request.write(folder: folder)
        let end = try await run.run(spec, isAdoption: true)
        #expect(end.status == 0 && end.standardOutput.hasPrefix(run.toolFolder + "~2/"))
        #expect(folder.has(ToolFolder.poisoned))
        let late = Process()
        late.executableURL = URL(filePath: ToolRun.supervisor.path)
        late.arguments = ["supervise", folder.path]
        late.standardError = FileHandle.nullDevice
        try late.run()
        late.waitUntilExit()
        #expect(late.terminationStatus == 75)
        #expect(try run.folder.text("ran") == "ran\n")
        #expect(!folder.has(StartRecord.name))
    }

    @Test("Two supervisors of one folder: one runs the tool, the other gives up")
    func twice() async throws {
        let run = try ToolRun()
        let folder = ToolFolder(run.toolFolder)
        try PrivateFile.makeFolder(folder.path)
        try LaunchRequest(run.spec("echo ran >> ran; sleep 0.3")).request.write(folder: folder)
        let both = try (0..<2).map { _ in
            let process = Process()
            process.executableURL = URL(filePath: ToolRun.supervisor.path)
            process.arguments = ["supervise", folder.path]
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }
        for process in both { process.waitUntilExit() }
        #expect(both.map(\.terminationStatus).sorted() == [0, 75])
        #expect(try run.folder.text("ran") == "ran\n")
    }

    @Test(
        "A confined tool writes only in its workspace, and reads neither the state folder nor others' workspaces",
        .enabled(if: Confinement.isAvailable, "this kernel has no Landlock")
    )
    func confined() async throws {
        let run = try ToolRun()
        for name in ["state", "work", "work/mine", "work/other"] {
            try PrivateFile.makeFolder("\(run.folder.path)/\(name)")
        }
        for name in ["state/claim", "work/other/secret", "work/mine/own", "plain"] {
            try PrivateFile.replace("\(run.folder.path)/\(name)", with: Array("text of \(name)\n".utf8))
        }
        let script = """
            for name in state/claim work/other/secret work/mine/own plain; do cat $name 2>/dev/null || echo no $name; done
            for name in outside state/new work/other/new work/mine/new; do echo x 2>/dev/null > $name && echo wrote $name; done
            mkdir work/mine/a work/mine/b && echo y > work/mine/a/f && mv work/mine/a/f work/mine/b/ && echo moved
            ln -s \(run.folder.path)/state/claim work/mine/link && cat work/mine/link 2>/dev/null || echo no link
            echo z > /dev/null && ls / > /dev/null && echo devices
            """
        var spec = run.spec("exec 2>/dev/null\n" + script)
        spec.confinement = Confinement(
            writable: [run.folder.path + "/work/mine"],
            unreadable: [run.folder.path + "/state", run.folder.path + "/work"]
        )
        _ = try await run.run(spec)
        #expect(
            run.collector.lines(.stdout) == [
                "no state/claim", "no work/other/secret", "text of work/mine/own", "text of plain",
                "wrote work/mine/new",
                "moved", "no link", "devices",
            ]
        )
        #expect(try await run.started().isConfined)
    }

    @Test(
        "A tool in a cgroup of its own cannot leave anything behind, and the group is gone afterwards",
        .enabled(if: TestCgroup.isAvailable, "no cgroup v2 here")
    )
    func cgroup() async throws {
        let run = try ToolRun(.cgroup)
        // Forked twice and in a session of its own, so that neither session nor descent leads to it.
        let end = try await run.python(
            """
            import os, time
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    print(os.getpid(), flush=True)
                    time.sleep(300)
                os._exit(0)
            os.wait()
            time.sleep(0.2)
            """
        )
        #expect(end.status == 0 && end.killedLeftOvers == 1)
        let pid = try #require(run.collector.lines(.stdout).compactMap { Int32($0) }.first)
        #expect(!isRunning(pid))
        let record = try await run.started()
        #expect(record.cgroup.map { !FileManager.default.fileExists(atPath: $0) } == true)
    }
}
