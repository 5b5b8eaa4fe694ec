import Foundation
import TestSupport
import Testing

/// The real daemon's control socket under many and hostile clients.
@Suite(.enabled(if: Ctl.executable != nil, "BUILDERD_TEST_BUILDERD is not set: run Tests/run"), .timeLimit(.minutes(5)))
struct ControlFloodTests {
    /// Connects 600 times, says so, and holds what it has until its standard input ends.
    private static let flood = """
        import socket, sys
        held = []
        for _ in range(600):
            held.append(socket.socket(socket.AF_UNIX))
            held[-1].connect(sys.argv[1])
        print("held", flush=True)
        sys.stdin.read()
        """

    @Test func `while 600 connections say nothing an operator pauses and resumes, and headers without end are cut off`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        let before = daemon.residentKiB
        let path = daemon.folder.path + "/control.sock"
        let flood = try Flood(["/usr/bin/python3", "-c", Self.flood, path])
        for _ in 0..<5 {
            let (paused, resumed) = (try await daemon.ctl("pause", "all"), try await daemon.ctl("resume", "all"))
            #expect(paused.status == 0 && resumed.status == 0, "\(paused) \(resumed)")
        }
        #expect(try await endlessHeaders(to: path) < 64 << 20)
        #expect(daemon.residentKiB - before < 16 * 1024)
        flood.end()
        await daemon.killHard()
        try await server.shutDown()
    }

    @Test(.enabled(if: getuid() == 0, "only root can become another user"))
    func `a member of the group who takes all connections keeps neither root nor another member from the socket`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        daemon.environment["BUILDERD_CONTROL_GROUP"] = "games"
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        let path = daemon.folder.path + "/control.sock"
        // The others have to come as far as the socket, and to the program.
        let reachable = try TemporaryFolder()
        _ = unsafe chmod(reachable.path, 0o755)
        _ = unsafe chmod(daemon.folder.path, 0o711)
        let binary = try #require(Ctl.executable)
        _ = try await Ctl.run([binary, reachable.path + "/builderctl"], program: "/bin/cp")
        let games = try #require(unsafe getgrnam("games")?.pointee.gr_gid)
        func member(_ user: Int) -> [String] {
            ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=65534", "--groups=\(games)"]
        }
        let flood = try Flood(member(65533) + ["/usr/bin/python3", "-c", Self.flood, path])
        for _ in 0..<3 {
            let root = try await daemon.ctl("pause", "all")
            #expect(root.status == 0 && root.output == "preProvision: paused\n", "\(root)")
            let command = member(65532) + [reachable.path + "/builderctl", "resume", "all", "--control-socket", path]
            let other = try await Ctl.run(Array(command.dropFirst()), program: command[0])
            #expect(other.status == 0 && other.output == "preProvision: resumed\n", "\(other)")
        }
        flood.end()
        await daemon.killHard()
        try await server.shutDown()
    }

    @Test func `who connects while the daemon is held up is not turned away, and is answered when it goes on`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        // Not blocking, so that a full queue of the kernel's is an error at once.
        let script = """
            import os, select, signal, socket, sys
            os.kill(int(sys.argv[2]), signal.SIGSTOP)
            held = []
            for _ in range(180):
                held.append(socket.socket(socket.AF_UNIX))
                held[-1].setblocking(False)
                held[-1].connect(sys.argv[1])
                held[-1].send(b"GET /livez HTTP/1.1\\r\\n\\r\\n")
            os.kill(int(sys.argv[2]), signal.SIGCONT)
            good = 0
            for connection in held:
                connection.setblocking(True)
                good += connection.recv(1000).startswith(b"HTTP/1.1 200")
            print(good)
            """
        let outcome = try await Ctl.run(
            ["-c", script, daemon.folder.path + "/health.sock", String(daemon.processIdentifier)],
            program: "/usr/bin/python3"
        )
        daemon.signal(SIGCONT)
        #expect(outcome.output == "180\n" && outcome.errors.isEmpty, "\(outcome)")
        await daemon.killHard()
        try await server.shutDown()
    }

    /// Sends headers until the server has hung up; returns how many bytes that took.
    private func endlessHeaders(to path: String) async throws -> Int {
        let script = """
            import socket, sys
            connection, sent = socket.socket(socket.AF_UNIX), 0
            connection.connect(sys.argv[1])
            try:
                connection.sendall(b"GET /tasks HTTP/1.1\\r\\n")
                while sent < 64 << 20:
                    sent += connection.send(b"X-Endless: yes\\r\\n")
            except OSError:
                pass
            print(sent)
            """
        let outcome = try await Ctl.run(["-c", script, path], program: "/usr/bin/python3")
        return try #require(Int(outcome.output.split(separator: "\n").first ?? ""), "\(outcome)")
    }
}

/// A process that holds connections.
private final class Flood {
    private let process = Process()
    private let input = Pipe()

    /// Returns when `command` has said that it holds them.
    init(_ command: [String]) throws {
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        // Its end of line may come later.
        try #require(said.hasPrefix("held"), "\(said)")
    }

    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
