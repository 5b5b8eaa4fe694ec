import Foundation
import Testing

@testable import ToolSupervisor

@Suite("A tool", .timeLimit(.minutes(2)))
struct ToolRunnerTests {
    @Test("Exit statuses are reported as they are", arguments: [0, 1, 2, 101, 255] as [Int32])
    func exitStatus(status: Int32) async throws {
        let run = try ToolRun()
        let end = try await run.run("exit \(status)")
        #expect(end.status == status)
        #expect(end.signal == nil && !end.wasStopped && !end.wasKilled && end.killedLeftOvers == 0)
        #expect(
            try ExitRecord.load(folder: run.toolFolder) == ExitRecord(status: status, stopped: false, killed: false)
        )
    }

    @Test("The signal that ended it is reported", arguments: [SIGKILL, SIGTERM, SIGSEGV, SIGPIPE])
    func signal(number: Int32) async throws {
        let end = try await ToolRun().run("kill -\(number) $$; sleep 60")
        #expect(end.signal == number)
        #expect(end.status == nil && !end.wasStopped)
    }

    @Test("Both outputs go to private files, unredacted, and its identity is on record")
    func folder() async throws {
        var run = try ToolRun()
        run.redactor = try Redactor(secrets: ["s3cret-value"])
        let end = try await run.run("echo s3cret-value; echo problem s3cret-value >&2; echo $$; printf 'no end'")
        #expect(try String(contentsOfFile: end.standardOutput, encoding: .utf8).hasPrefix("s3cret-value\n"))
        #expect(try run.folder.text("tool/stderr") == "problem s3cret-value\n")
        #expect(run.collector.lines(.stdout).first == "[redacted]")
        #expect(run.collector.lines(.stdout).last == "no end")
        #expect(run.collector.lines(.stderr) == ["problem [redacted]"])
        for name in ["stdout", "stderr", "started.json", "exit.json"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: run.toolFolder + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: run.toolFolder)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        let record = try #require(try StartRecord.load(folder: run.toolFolder))
        #expect(run.collector.lines(.stdout).contains(String(record.pid)))
        #expect(record.startTime > 0 && record.bootId.count == 36 && record.executable == "/bin/sh")
    }

    @Test("A folder serves one run only")
    func folderOnce() async throws {
        let run = try ToolRun()
        _ = try await run.run("true")
        let error = await #expect(throws: ToolError.self) { try await run.run("echo again") }
        #expect(error?.code == .folder)
        #expect(try run.folder.text("tool/stdout") == "")
    }

    @Test(
        "It inherits nothing: no variables, descriptors, blocked or ignored signals; input is empty; the session is its own"
    )
    func inheritsNothing() async throws {
        let run = try ToolRun()
        let leaked = try FileHandleOfTest(run.folder.path + "/leak")
        let end = try await run.python(
            """
            import os, sys
            fds = sorted(int(f) for f in os.listdir('/proc/self/fd'))
            print('fds', [f for f in fds if os.path.exists('/proc/self/fd/%d' % f)])
            print('env', sorted(k for k in os.environ if k != 'LC_CTYPE'))
            status = dict(l.split(':', 1) for l in open('/proc/self/status'))
            print('blocked', int(status['SigBlk'], 16))
            # Python itself ignores SIGPIPE and SIGXFSZ.
            print('ignored', int(status['SigIgn'], 16) & ~((1 << 12) | (1 << 24)))
            print('session', os.getsid(0) == os.getpid() == os.getpgid(0))
            print('stdin', repr(sys.stdin.read()))
            print('core', open('/proc/self/limits').read().split('core file size')[1].split()[0])
            print('oom', open('/proc/self/oom_score_adj').read().strip())
            print('cwd', os.getcwd())
            """
        )
        #expect(end.status == 0)
        withExtendedLifetime(leaked) {}
        let folder = URL(fileURLWithPath: run.folder.path).resolvingSymlinksInPath().path
        #expect(
            run.collector.lines(.stdout) == [
                "fds [0, 1, 2]", "env ['PATH']", "blocked 0", "ignored 0", "session True", "stdin ''", "core 0",
                "oom 200", "cwd \(folder)",
            ]
        )
    }

    @Test("Arguments and variables arrive as they are")
    func arguments() async throws {
        let run = try ToolRun()
        let values = ["", " a  b ", "$HOME", "quote'\"\\", "new\nline", "ünï 😀", "-n"]
        var spec = run.spec("printf '<%s>' \"$@\" \"$VALUE\"", environment: ["VALUE": "x=y\nz", "PATH": ToolRun.path])
        spec.arguments += ["name"] + values
        _ = try await run.run(spec)
        let expected: String = (values + ["x=y\nz"]).map { "<\($0)>" }.joined()
        #expect(try run.folder.text("tool/stdout") == expected)
    }

    @Test("What cannot be passed on is refused, not cut", arguments: [["a\0b"], ["ok", "\0"]])
    func nulBytes(arguments: [String]) async throws {
        let run = try ToolRun()
        var spec = run.spec("true")
        spec.arguments += arguments
        #expect(await #expect(throws: ToolError.self) { try await run.run(spec) }?.code == .invalidSpec)
    }

    @Test("A working directory that is not there is a clear error, and leaves no process")
    func workingDirectory() async throws {
        let run = try ToolRun()
        var spec = run.spec("true")
        spec.workingDirectory = "/nonexistent/place"
        let error = await #expect(throws: ToolError.self) { try await run.run(spec) }
        #expect(error?.code == .startFailed)
        #expect(error?.description.contains("/nonexistent/place: No such file") == true)
    }

    @Test("A hundred at once")
    func manyAtOnce() async throws {
        let statuses = try await withThrowingTaskGroup(of: (Int, Int32?, [String]).self) { group in
            for index in 0..<100 {
                group.addTask {
                    let run = try ToolRun()
                    let end = try await run.run("echo line \(index); exit \(index)")
                    let record = try #require(try StartRecord.load(folder: run.toolFolder))
                    // Reaped: a zombie would still be in /proc.
                    #expect(ProcessIdentity.read(record.pid)?.startTime != record.startTime)
                    return (index, end.status, run.collector.lines(.stdout))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count == 100)
        for (index, status, lines) in statuses {
            #expect(status == Int32(index))
            #expect(lines == ["line \(index)"])
        }
    }

    @Test(
        "What a tool leaves behind when it exits is ended before the call returns",
        arguments: TestContainment.available
    )
    func leftOvers(containment: TestContainment) async throws {
        let run = try ToolRun(containment)
        let end = try await run.run("sleep 300 & echo $!; (sleep 300 & echo $!) ; exit 3")
        #expect(end.status == 3)
        #expect(end.killedLeftOvers == 2)
        let pids = run.collector.lines(.stdout).compactMap { Int32($0) }
        #expect(pids.count == 2)
        for pid in pids { #expect(!isRunning(pid)) }
    }

    @Test("What is on its way out may finish its last words")
    func settling() async throws {
        let run = try ToolRun()
        let end = try await run.run("(sleep 0.05; echo last words) & exit 0")
        #expect(end.killedLeftOvers == 0)
        #expect(run.collector.lines(.stdout) == ["last words"])
    }
}

/// A descriptor without close-on-exec, which a child would inherit.
final class FileHandleOfTest: Sendable {
    let descriptor: Int32
    init(_ path: String) throws {
        descriptor = unsafe open(path, O_RDWR | O_CREAT, 0o600)
        try #require(descriptor >= 0)
    }
    deinit { close(descriptor) }
}
