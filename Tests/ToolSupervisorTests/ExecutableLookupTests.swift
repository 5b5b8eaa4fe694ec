import Foundation
import Testing

@testable import ToolSupervisor

@Suite("Looking up an executable")
struct ExecutableLookupTests {
    @Test("The first executable regular file of that name in PATH is taken")
    func order() throws {
        let folder = try TemporaryFolder()
        for (name, mode) in [("a", 0o644), ("b", 0o755), ("c", 0o755)] {
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/\(name)",
                withIntermediateDirectories: false
            )
            folder.make("\(name)/tool", mode: mode)
        }
        let path = ["relative", "", "/nonexistent", "a", "b", "c"].map { $0.count == 1 ? "\(folder.path)/\($0)" : $0 }
            .joined(separator: ":")
        // Root may not execute a file without any x bit either.
        #expect(try ExecutableLookup.find("tool", path: path) == "\(folder.path)/b/tool")
    }

    @Test(
        "A missing tool's error says what was looked up, where, and how to install it",
        arguments: [
            ("packer", "tools.packer.path"), ("terraform", "developer.hashicorp.com/terraform"), ("inspec", "cinc.sh"),
            ("other", "builderd.yaml"),
        ]
    )
    func missing(name: String, hint: String) throws {
        let error = #expect(throws: ToolError.self) { try ExecutableLookup.find(name, path: "/nonexistent/bin:/dev") }
        #expect(error?.code == .missing)
        #expect(error?.message.contains("\(name) was looked up in PATH=/nonexistent/bin:/dev") == true)
        #expect(error?.next.contains(hint) == true)
    }

    @Test("What is there but cannot be run is named with the reason")
    func unfit() throws {
        let folder = try TemporaryFolder()
        folder.make("tool")
        for (name, path) in [("tool", folder.path), (folder.path + "/tool", "")] {
            let error = #expect(throws: ToolError.self) { try ExecutableLookup.find(name, path: path) }
            #expect(error?.message.contains("\(folder.path)/tool is not executable by this user") == true)
        }
        #expect(throws: ToolError.self) { try ExecutableLookup.find("/tmp", path: "") }
        #expect(throws: ToolError.self) { try ExecutableLookup.find("bin/sh", path: "/") }
        #expect(throws: ToolError.self) { try ExecutableLookup.find("", path: "/bin") }
    }

    @Test("A script without its interpreter is a missing tool, and leaves no record of a start")
    func interpreter() async throws {
        let run = try ToolRun()
        let script = run.folder.path + "/script"
        run.folder.make("script", "#!/nonexistent/interpreter\n", mode: 0o755)
        let spec = ToolSpec(executable: script, environment: [:], workingDirectory: "/", grace: .seconds(1))
        let error = await #expect(throws: ToolError.self) { try await run.run(spec) }
        #expect(error?.code == .missing)
        #expect(error?.message.contains("interpreter") == true)
        #expect(try StartRecord.load(folder: run.toolFolder) == nil)
    }
}
