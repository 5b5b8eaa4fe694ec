import TestSupport
import Testing

@testable import DaemonCore

@Suite struct SocketPathsTests {
    @Test func `the environment goes before the file, and the file before the default`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "b.yaml",
            "unknown: 1\nhealth: {socket: /a/health.sock}\ncontrol: {socket: relative}\n"
        )
        let written = try SocketPaths(file: file, environment: [:])
        #expect(written.health == "/a/health.sock" && written.control == "/run/builderd/control.sock")
        let over = try SocketPaths(
            file: file,
            environment: ["BUILDERD_HEALTH_SOCKET": "/b", "BUILDERD_CONTROL_SOCKET": ""]
        )
        #expect(over.health == "/b" && over.control == "/run/builderd/control.sock")
        #expect(SocketPaths(environment: [:]).health == "/run/builderd/health.sock")
    }

    @Test func `a file that is not there or no YAML is said`() throws {
        #expect(throws: ConfigurationError.self) { try SocketPaths(file: "/nonexistent", environment: [:]) }
        let file = try TemporaryFolder().write("b.yaml", "")
        #expect(throws: ConfigurationError.self) { try SocketPaths(file: file, environment: [:]) }
        let folder = try TemporaryFolder()
        let broken = try folder.write("b.yaml", "a: [")
        #expect(throws: ConfigurationError.self) { try SocketPaths(file: broken, environment: [:]) }
    }
}
