import Foundation
import TestSupport
import Testing

/// The real daemon under the real `builderctl`.
@Suite(.enabled(if: Ctl.executable != nil, "BUILDERD_TEST_BUILDERD is not set: run Tests/run"), .timeLimit(.minutes(5)))
struct ControlProcessTests {
    /// A daemon that holds a task in its first step, and the task's token.
    private func busy() async throws -> (daemon: BuilderdProcess, server: FakeStepFunctions, silent: SilentPort, String)
    {
        let server = try await FakeStepFunctions.start()
        let silent = try SilentPort()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        daemon.environment["AWS_ENDPOINT_URL_S3"] = silent.url
        try daemon.start()
        let token = server.schedule(
            activity: DaemonProcessTests.activity,
            input: DaemonProcessTests.envelope(action: "run"),
            heartbeat: .seconds(120)
        )
        try await server.wait("the first heartbeat") { !($0.task(token)?.heartbeats.isEmpty ?? true) }
        return (daemon, server, silent, token)
    }

    private struct Listed: Decodable {
        var task: String
        var claim: String
        var stage: String
        var step: String?
    }

    @Test func `a task is listed, shown with its log, cancelled, and then in the history; its token is nowhere`()
        async throws
    {
        let (daemon, server, silent, token) = try await busy()
        try await daemon.logged("task claimed")
        let tasks = try await daemon.ctl("tasks", "--json")
        let task = try #require(try JSONDecoder().decode([Listed].self, from: Data(tasks.output.utf8)).first)
        #expect(task.stage == "preProvision")
        let status = try await daemon.ctl("status")
        #expect(status.status == 0 && status.output.contains(task.task) && status.output.contains("1/2 ■□"))
        let shown = try await daemon.ctl("task", "show", task.claim)
        for text in ["running", task.task, "hello", "execution:release:hello-dev-1"] {
            #expect(shown.output.contains(text), "\(text): \(shown)")
        }
        let log = try await daemon.ctl("task", "logs", task.task)
        #expect(log.status == 0 && log.output.contains("task claimed"), "\(log)")

        let asked = try await daemon.ctl("task", "cancel", task.task)
        #expect(asked.status == 1 && asked.errors.contains("--yes"), "\(asked)")
        #expect(server.record.task(token)?.ending == nil)
        let cancelled = try await daemon.ctl("task", "cancel", "--yes", task.task)
        #expect(cancelled.status == 0, "\(cancelled)")
        try await server.wait("the report") { $0.task(token)?.ending != nil }
        guard case .failed("Builder.Cancelled", let cause) = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(daemon.log)")
            return
        }
        #expect(cause.contains("cancelled the task") && cause.contains("uid \(getuid())"))
        #expect(daemon.log.contains("cancels the task"))
        try await daemon.logged("task reported failure Builder.Cancelled")
        let shownAfter = try await daemon.ctl("task", "show", task.task)
        #expect(shownAfter.output.contains("reported failure Builder.Cancelled"), "\(shownAfter)")
        let ended = try await daemon.ctl("tasks", "--ended", "5")
        #expect(ended.output.contains("reported failure Builder.Cancelled"), "\(ended)")
        let again = try await daemon.ctl("task", "cancel", "--yes", task.task)
        #expect(again.status == 1 && again.errors.contains("has ended already: reported failure"), "\(again)")
        for outcome in [tasks, status, shown, log, cancelled, shownAfter, ended] {
            #expect(!(outcome.output + outcome.errors).contains(token))
        }
        await daemon.killHard()
        try await server.shutDown()
        withExtendedLifetime(silent) {}
    }

    @Test func `a drain waits for the tasks, and what is paused stays so over kill -9 until it is resumed`()
        async throws
    {
        let (daemon, server, silent, token) = try await busy()
        let early = try await daemon.ctl("drain", "--timeout", "1")
        #expect(early.status == 1 && early.errors.contains("every stage stays paused"), "\(early)")
        #expect(server.record.task(token)?.ending == nil)
        try await server.wait("the end of polling") { $0.openPolls == 0 }
        let ready = try await daemon.readiness { $0.status == 200 }
        #expect(ready.body == "ok\n")
        await daemon.killHard()
        let waiting = server.schedule(
            activity: DaemonProcessTests.activity,
            input: DaemonProcessTests.envelope(action: "ping")
        )
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        let status = try await daemon.ctl("status")
        #expect(status.output.contains("paused since 20") && status.output.contains(", process "), "\(status)")
        let task = try #require(
            try JSONDecoder().decode([Listed].self, from: Data(try await daemon.ctl("tasks", "--json").output.utf8))
                .first
        )
        #expect(try await daemon.ctl("task", "cancel", "-y", task.task).status == 0)
        let drained = try await daemon.ctl("drain", "--timeout", "60")
        #expect(drained.status == 0 && drained.output.contains("drained: every stage is paused"), "\(drained)")
        #expect(server.record.task(waiting)?.handedOut == nil, "a paused stage took a task")
        let resumed = try await daemon.ctl("resume", "all")
        #expect(resumed.output == "preProvision: resumed\n", "\(resumed)")
        try await server.wait("the ping's answer") { $0.task(waiting)?.ending != nil }
        #expect(try await daemon.ctl("resume", "preProvision").output == "preProvision: was not paused already\n")
        await daemon.killHard()
        try await server.shutDown()
        withExtendedLifetime(silent) {}
    }

    @Test func `exit codes and errors say what is wrong and what to do`() async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        for arguments in [["status"], ["pause", "bakery"], ["tasks"], ["drain"]] {
            let absent = try await Ctl.run(
                arguments + [
                    "--health-socket", daemon.folder.path + "/h", "--control-socket", daemon.folder.path + "/c",
                ]
            )
            #expect(absent.status == 69, "\(absent)")
            #expect(absent.errors.contains("there is no socket") && absent.errors.contains("systemctl status builderd"))
            let option = arguments == ["status"] || arguments == ["tasks"] ? "--health-socket" : "--control-socket"
            #expect(absent.errors.contains(option), "\(absent)")
        }
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        let outcomes: [(arguments: [String], status: Int32, text: String)] = [
            (["task", "show", "0123456789abcdef"], 1, "no task 0123456789abcdef"),
            (["task", "logs", "0123456789abcdef"], 1, "BUILDERD_TASK"),
            (["pause", "retired"], 1, "name one of: preProvision, or all"),
            (["task", "show", ""], 64, "id is empty"), (["pause", ""], 64, "stage is empty"),
            (["status", "--config", "/nonexistent"], 78, "no such file"), (["nonsense"], 64, "Usage"),
            (["status", "--watch", "--interval", "0"], 64, "0.2 to 3600"),
            (["ping", "nonsense"], 64, "is no stage"),
            (["ping", "bakery", "--config", "/nonexistent"], 78, "check-config"),
            (["ping", "preProvision", "--config", daemon.folder.path + "/builderd.yaml"], 78, "stateMachines.ping"),
            (["doctor", "--config", "/nonexistent"], 2, "no such file"),
        ]
        for (arguments, status, text) in outcomes {
            let outcome = try await Ctl.run(
                arguments,
                environment: [
                    "BUILDERD_HEALTH_SOCKET": daemon.folder.path + "/health.sock",
                    "BUILDERD_CONTROL_SOCKET": daemon.folder.path + "/control.sock",
                ]
            )
            #expect(
                outcome.status == status && (outcome.errors + outcome.output).contains(text),
                "\(arguments): \(outcome)"
            )
        }
        await daemon.killHard()
        let stale = try await daemon.ctl("status")
        #expect(stale.status == 69 && stale.errors.contains("nobody listens on \(daemon.folder.path)"), "\(stale)")
        try await server.shutDown()
    }

    @Test func `the sockets are those of the configuration file, and what cannot be written is no success`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        let file = daemon.folder.path + "/builderd.yaml"
        let status = try await Ctl.run(["status", "--config", file])
        #expect(status.status == 0 && status.output.contains("preProvision"), "\(status)")
        #expect(try await Ctl.run(["pause", "all", "--config", file]).output == "preProvision: paused\n")
        let program = try #require(Ctl.executable)
        let commands = ["status", "status --json", "tasks --json", "status --watch"].map { "\($0) --config '\(file)'" }
        for command in commands + ["doctor --config /nonexistent", "doctor --json --config /nonexistent"] {
            let full = try await launch(["/bin/sh", "-c", "'\(program)' \(command) > /dev/full"])
            #expect(full.status == 74 && full.errors.contains("No space left on device"), "\(command): \(full)")
        }
        await daemon.killHard()
        try await server.shutDown()
    }

    @Test(.enabled(if: getuid() == 0, "only root can become another user"))
    func `only root, builderd's user and the group's members are served, also where the mode has been widened`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let configuration = DaemonProcessTests.configuration
        let daemon = try BuilderdProcess(configuration: configuration, server: server.url)
        daemon.environment["BUILDERD_CONTROL_GROUP"] = "games"
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        let games = try #require(try gid(of: "games"))
        let nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534"]
        let socket = daemon.folder.path + "/control.sock"
        let binary = try #require(Ctl.executable)
        // Nobody has to come as far as the socket, and to the program.
        let reachable = try TemporaryFolder()
        _ = unsafe chmod(reachable.path, 0o755)
        _ = unsafe chmod(daemon.folder.path, 0o711)
        // By another process: a child that this one is just starting could hold the new file open for writing, and then it is busy.
        _ = try await launch(["/bin/cp", binary, reachable.path + "/builderctl"])
        let program = [reachable.path + "/builderctl", "pause", "all", "--control-socket", socket]

        let stranger = try await launch(nobody + ["--clear-groups"] + program)
        #expect(stranger.status == 77 && stranger.errors.contains("the group games"), "\(stranger)")
        _ = unsafe chmod(socket, 0o666)
        let inside = try await launch(nobody + ["--clear-groups"] + program)
        #expect(inside.status == 77 && inside.errors.contains("the group games (control.group)"), "\(inside)")
        #expect(daemon.log.contains("is refused"))
        _ = unsafe chmod(socket, 0o660)
        let member = try await launch(nobody + ["--groups=\(games)"] + program)
        #expect(member.status == 0 && member.output == "preProvision: paused\n", "\(member)")
        #expect(daemon.log.contains("paused by user nobody (uid 65534"))
        await daemon.killHard()
        try await server.shutDown()
    }

    @Test(.enabled(if: BuilderdProcess.python != nil, "BUILDERD_TEST_PYTHON is not set: run Tests/run"))
    func `status is as its schema says, at rest, at work, paused and in trouble`() async throws {
        let (daemon, server, silent, token) = try await busy()
        try await check(daemon)
        #expect(try await daemon.ctl("pause", "all").status == 0)
        try await check(daemon)
        let task = try #require(
            try JSONDecoder().decode([Listed].self, from: Data(try await daemon.ctl("tasks", "--json").output.utf8))
                .first
        )
        #expect(try await daemon.ctl("task", "cancel", "-y", task.claim).status == 0)
        try await server.wait("the report") { $0.task(token)?.ending != nil }
        #expect(try await daemon.ctl("resume", "all").status == 0)
        try await server.shutDown()
        _ = try await daemon.readiness { _ in daemon.log.contains("polling") && daemon.log.contains("fails") }
        let status = try await check(daemon)
        #expect(status.contains("\"problem\""), "\(status)")
        await daemon.killHard()
        withExtendedLifetime(silent) {}
    }

    /// Holds `builderctl status --json` to the schema, each of its keys too; returns it.
    @discardableResult
    private func check(_ daemon: BuilderdProcess) async throws -> String {
        let status = try await daemon.ctl("status", "--json").output
        let file = try daemon.folder.write("status.json", status)
        let schema = EmulatedStage.checkout + "/Config/monitoring/status.schema.json"
        let checker = EmulatedStage.checkout + "/Tests/Python/check_status.py"
        let command = "exec \"$0\" '\(checker)' '\(schema)' < '\(file)'"
        let outcome = try await Ctl.run(["-c", command, BuilderdProcess.python ?? ""], program: "/bin/sh")
        #expect(outcome.status == 0, "\(outcome)\n\(status)")
        return status
    }

    @Test(arguments: ["builderd", "builderctl"])
    func `the manual is made from the program, names every command and option, and troff finds nothing wrong`(
        name: String
    ) async throws {
        let program = URL(filePath: try #require(Ctl.executable)).deletingLastPathComponent().appending(path: name).path
        let page = try await Ctl.run(
            [EmulatedStage.checkout + "/systemd/man", program],
            program: BuilderdProcess.python ?? "/usr/bin/python3"
        )
        #expect(page.status == 0, "\(page.errors)")
        let folder = try TemporaryFolder()
        let file = try folder.write("page.8", page.output)
        let text = try await Ctl.run(
            ["-c", "groff -ww -man -Tascii '\(file)' | sed 's/.\\x08//g'"],
            program: "/bin/sh"
        )
        #expect(text.errors == "" && text.status == 0, "\(text.errors)")
        let wanted =
            name == "builderd"
            ? ["check-config", "--config", "SIGTERM"]
            : ["task cancel", "--ended", "pause", "doctor", "Exit status", "77 not permitted", "--interval"]
        let flat = text.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for word in wanted { #expect(flat.contains(word), "\(word): \(flat)") }
        #expect(!flat.contains("supervise"))
    }

    @Test(arguments: ["bash", "zsh", "fish"], ["builderd", "builderctl"])
    func `completions are made from the program, and their shell parses them`(shell: String, name: String) async throws
    {
        let parser = try #require(
            ["/bin/", "/usr/bin/"].map { $0 + shell }.first { FileManager.default.isExecutableFile(atPath: $0) },
            "\(shell) is not here: Tests/run installs it"
        )
        let program = URL(filePath: try #require(Ctl.executable)).deletingLastPathComponent().appending(path: name).path
        let script = try await Ctl.run(["--generate-completion-script", shell], program: program)
        let word = name == "builderctl" ? "postProvision" : "check-config"
        #expect(script.status == 0 && script.output.contains(word), "\(script)")
        let folder = try TemporaryFolder()
        let file = try folder.write("completion", script.output)
        let parsed = try await Ctl.run(["-n", file], environment: ["HOME": folder.path], program: parser)
        #expect(parsed.status == 0 && parsed.errors == "", "\(parsed)")
        let broken = try folder.write("broken", script.output + "\nif true {(\n")
        let refused = try await Ctl.run(["-n", broken], environment: ["HOME": folder.path], program: parser)
        #expect(refused.status != 0, "\(shell) -n does not see a broken script")
    }

    private func launch(_ command: [String]) async throws -> Ctl.Outcome {
        try await Ctl.run(Array(command.dropFirst()), program: command[0])
    }

    private func gid(of name: String) throws -> Int? {
        let text = try String(contentsOfFile: "/etc/group", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return line.flatMap { Int($0.split(separator: ":", omittingEmptySubsequences: false)[2]) }
    }
}
