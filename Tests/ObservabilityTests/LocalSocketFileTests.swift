import Foundation
import Logging
import Testing

@testable import Observability

@Suite("The health socket's file", .timeLimit(.minutes(1)))
struct LocalSocketFileTests {
    private func start(_ path: String, group: String? = nil) async throws -> LocalServer {
        try await LocalServer.start(
            purpose: "health",
            path: path,
            group: group,
            service: HealthService(FakeSource()),
            logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func information(_ path: String) throws -> stat {
        var information = stat()
        try #require(unsafe lstat(path, &information) == 0)
        return information
    }

    @Test("Its folder is made, its mode is 0660 whatever the umask, and it is gone after the stop")
    func mode() async throws {
        let test = try await ServerUnderTest()
        async let closed: Void = test.server.waitUntilClosed()
        #expect(try information(test.path).st_mode == S_IFSOCK | 0o660)
        await test.server.stop()
        #expect(!FileManager.default.fileExists(atPath: test.path))
        try await closed
        try await test.server.waitUntilClosed()
        await test.server.stop()
    }

    @Test("Whatever the umask, everybody may pass a folder that was made for it, and not the socket")
    func folderMode() async throws {
        // Alone in a process: the umask is the process's.
        await #expect(processExitsWith: .success) {
            umask(0o077)
            let test = try await ServerUnderTest()
            var information = stat()
            try #require(unsafe stat(test.folder, &information) == 0)
            #expect(information.st_mode == S_IFDIR | 0o755)
            try #require(unsafe stat(test.path, &information) == 0)
            #expect(information.st_mode == S_IFSOCK | 0o660)
            await test.server.stop()
        }
    }

    @Test(
        "Its group can be set, by name or number",
        .enabled(if: getuid() == 0, "only root may give any group"),
        arguments: ["daemon", "1"]
    )
    func group(name: String) async throws {
        let test = try await ServerUnderTest(group: name)
        #expect(try information(test.path).st_gid == 1)
        await test.server.stop()
    }

    @Test("A group that is none is an error that says how to make it")
    func unknownGroup() async throws {
        let folder = ServerUnderTest.socketFolder()
        let error = await #expect(throws: LocalServerError.self) {
            try await start(folder + "/s", group: "no-such-group")
        }
        #expect(error?.code == .group)
        #expect(error?.next.contains("groupadd --system no-such-group") == true)
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test("A socket on which nobody listens is replaced")
    func stale() async throws {
        let folder = ServerUnderTest.socketFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/health.sock"
        let (descriptor, _) = try LocalSocketFile.bind(path: path, group: nil, purpose: "health")
        close(descriptor)
        #expect(FileManager.default.fileExists(atPath: path))
        let server = try await start(path)
        _ = try UnixClient(path)
        await server.stop()
    }

    @Test("A socket on which somebody listens is left alone, and stays theirs after they are asked")
    func inUse() async throws {
        let test = try await ServerUnderTest()
        let error = await #expect(throws: LocalServerError.self) { try await start(test.path) }
        #expect(error?.code == .inUse)
        #expect(try await test.exchange("GET /livez HTTP/1.1\r\n\r\n").hasPrefix("HTTP/1.1 200"))
        await test.server.stop()
    }

    @Test(
        "What is no socket is never removed; paths that cannot be are refused",
        arguments: ["file", "folder", "relative", "long"]
    )
    func badPaths(kind: String) async throws {
        let folder = ServerUnderTest.socketFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder + "/folder", withIntermediateDirectories: true)
        try Data("precious".utf8).write(to: URL(fileURLWithPath: folder + "/file"))
        let path =
            ["relative": "health.sock", "long": folder + "/" + String(repeating: "x", count: 108)][kind] ?? folder + "/"
            + kind
        let error = await #expect(throws: LocalServerError.self) { try await start(path) }
        #expect(error?.code == .path)
        #expect(try String(contentsOfFile: folder + "/file", encoding: .utf8) == "precious")
    }

    @Test("A file that has taken its place is not removed at the stop")
    func replaced() async throws {
        let test = try await ServerUnderTest()
        try FileManager.default.removeItem(atPath: test.path)
        let successor = try await start(test.path)
        await test.server.stop()
        #expect(FileManager.default.fileExists(atPath: test.path))
        await successor.stop()
        #expect(!FileManager.default.fileExists(atPath: test.path))
    }
}
