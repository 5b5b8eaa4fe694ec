import Foundation
import TestSupport
import Testing
import ToolSupervisor

/// Tools of the real daemon's user, under the real supervisor, that try to control it.
@Suite(.enabled(if: Ctl.executable != nil, "BUILDERD_TEST_BUILDERD is not set: run Tests/run"), .timeLimit(.minutes(5)))
struct ControlToolTests {
    @Test(arguments: [
        ("itself", "exec \"$CTL\" pause all --control-socket \"$SOCKET\""),
        ("a child in a session of its own", "setsid --wait \"$CTL\" pause all --control-socket \"$SOCKET\""),
        (
            "an orphan",
            "(setsid sh -c '\"$CTL\" pause all --control-socket \"$SOCKET\"; echo $? >status.new; mv status.new status' &);"
                + " while [ ! -e status ]; do sleep 0.05; done; exit $(cat status)"
        ),
    ])
    func `a tool cannot pause, whatever it sends ahead, and an operator can`(who: String, script: String) async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        let end = try await runTool(script, of: daemon)
        let errors = try String(contentsOfFile: end.standardError, encoding: .utf8)
        #expect(end.status == 77 && errors.contains("no tool may use the control socket"), "\(who): \(errors)")
        #expect(daemon.log.contains("the tool evil of task t1"), "\(daemon.log)")
        let paused = try await daemon.ctl("pause", "all")
        #expect(paused.status == 0 && paused.output == "preProvision: paused\n", "\(paused)")
        await daemon.killHard()
        try await server.shutDown()
    }

    @Test func `a tool that is gone before it is looked at has paused nothing`() async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        // The process that connected goes, and what it leaves behind sends, and reads the answer.
        try daemon.folder.write(
            "orphan.py",
            """
            import os, socket, time
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(os.environ["SOCKET"])
            gone = os.getpid()
            if os.fork():
                os._exit(0)
            while os.path.exists(f"/proc/{gone}"):
                time.sleep(0.01)
            connection.sendall(b"POST /stages/all/pause HTTP/1.1\\r\\n\\r\\n")
            answer = b""
            while piece := connection.recv(4096):
                answer += piece
            open("answer.new", "wb").write(answer)
            os.rename("answer.new", "answer")
            """
        )
        _ = try await runTool("python3 orphan.py; while [ ! -e answer ]; do sleep 0.05; done", of: daemon)
        let answer = try String(contentsOfFile: daemon.folder.path + "/answer", encoding: .utf8)
        #expect(answer.hasPrefix("HTTP/1.1 403 ") && answer.contains("is gone or cannot be looked at"), "\(answer)")
        #expect(daemon.log.contains("is refused: the process is gone, so it may have been a tool"), "\(daemon.log)")
        let paused = try await daemon.ctl("pause", "all")
        #expect(paused.status == 0 && paused.output == "preProvision: paused\n", "\(paused)")
        await daemon.killHard()
        try await server.shutDown()
    }

    private func runTool(_ script: String, of daemon: BuilderdProcess) async throws -> ToolEnd {
        let tools = daemon.folder.path + "/work/t1/tools"
        try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
        let spec = ToolSpec(
            executable: "/bin/sh",
            arguments: ["-c", script],
            environment: [
                "PATH": "/usr/bin:/bin", "CTL": try #require(Ctl.executable),
                "SOCKET": daemon.folder.path + "/control.sock",
            ],
            workingDirectory: daemon.folder.path,
            grace: .seconds(5)
        )
        let runner = ToolRunner(
            supervisor: SupervisorCommand(path: BuiltProduct.builderd, arguments: ["supervise"]),
            containment: .descendants
        )
        return try await runner.run(spec, folder: tools + "/evil", redactor: Redactor()) { _, _ in }
    }
}
