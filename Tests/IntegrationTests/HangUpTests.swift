import Foundation
import TestSupport
import Testing

/// SIGHUP and the real daemon: it never ends it, and `builderd reload` says what became of it.
@Suite(
    .enabled(if: BuilderdProcess.executable != nil, "BUILDERD_TEST_BUILDERD is not set: run Tests/run"),
    .timeLimit(.minutes(5))
)
struct HangUpTests {
    private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/opt/swift/usr/bin/clang"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(.enabled(if: Self.compiler != nil, "no C compiler"), arguments: [("run", true), ("version", false)])
    func `a hang-up before any code of the program's own does not end the daemon, and ends the other commands`(
        command: String,
        survives: Bool
    ) async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        // A library that is loaded with the program, and whose constructor runs before the program's own and before main. A thread of
        // Dispatch, which may start the daemon here, blocks signals and hands that down; systemd does not.
        let source = try daemon.folder.write(
            "early.c",
            """
            #include <signal.h>
            __attribute__((constructor)) static void early(void) {
                sigset_t set;
                sigemptyset(&set);
                sigaddset(&set, SIGHUP);
                sigprocmask(SIG_UNBLOCK, &set, 0);
                raise(SIGHUP);
            }

            """
        )
        let library = daemon.folder.path + "/early.so"
        let built = try await Ctl.run(["-shared", "-fPIC", "-o", library, source], program: Self.compiler)
        try #require(built.status == 0, "\(built)")
        daemon.environment["LD_PRELOAD"] = library
        try daemon.start([command])
        if survives {
            _ = try await daemon.readiness { $0.status == 200 }
            daemon.signal(SIGTERM)
        }
        #expect(await daemon.waitForExit() == (survives ? 0 : -SIGHUP), "\(daemon.log)")
        try await server.shutDown()
    }

    @Test func `a reload waits for what becomes of it: 0 when the file is applied, else 1 with the reason`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        daemon.environment["RUNTIME_DIRECTORY"] = daemon.folder.path
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        let file = daemon.folder.path + "/builderd.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let changes: [(String, status: Int32, told: String)] = [
            ("", 0, ""), ("log: {level: debug}\n", 0, ""), ("log: {level: loud}\n", 1, "log.level"),
            ("log: {format: console}\n", 1, "log.format takes a restart"), ("", 0, ""),
        ]
        for (more, status, told) in changes {
            try daemon.folder.write("builderd.yaml", text + "\n" + more)
            let outcome = try await reload(daemon)
            #expect(outcome.status == status, "\(more): \(outcome)\n\(daemon.log)")
            #expect(told.isEmpty ? outcome.errors.isEmpty : outcome.errors.contains(told), "\(more): \(outcome)")
        }
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        let gone = try await reload(daemon)
        #expect(gone.status == 1 && gone.errors.contains("has ended"), "\(gone)")
        try await server.shutDown()
    }

    private func reload(_ daemon: BuilderdProcess) async throws -> Ctl.Outcome {
        try await Ctl.run(
            ["reload", String(daemon.processIdentifier)],
            environment: ["RUNTIME_DIRECTORY": daemon.folder.path],
            program: BuilderdProcess.executable
        )
    }
}
