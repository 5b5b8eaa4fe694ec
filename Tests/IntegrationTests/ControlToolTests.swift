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

    @Test func `a tool that hangs up before it is looked at has paused nothing`() async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        let program = """
            import os, socket
            for _ in range(200):
                connection = socket.socket(socket.AF_UNIX)
                connection.connect(os.environ["SOCKET"])
                connection.sendall(b"POST /stages/all/pause HTTP/1.1\\r\\n\\r\\n")
                child = os.fork()
                if child == 0:
                    os._exit(0)
                os.waitpid(child, 0)
            """
        // The connecting process itself is gone while its child holds the last connection.
        let script = "python3 -c '\(program)'; exit 0"
        _ = try await runTool(script, of: daemon)
        let paused = try await daemon.ctl("pause", "all")
        #expect(paused.status == 0 && paused.output == "preProvision: paused\n", "\(paused)")
        #expect(daemon.log.contains("is refused"))
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
