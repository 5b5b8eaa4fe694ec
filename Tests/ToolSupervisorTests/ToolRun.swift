import Foundation

@testable import ToolSupervisor

/// One run of a shell script or program in a folder of its own.
struct ToolRun {
    let folder: TemporaryFolder
    let collector = LineCollector()
    var redactor = Redactor()
    /// Looks at output often, as tests wait for lines.
    let runner = ToolRunner { try? await Task.sleep(for: .milliseconds(5)) }

    static let path = "/usr/local/bin:/usr/bin:/bin"

    init() throws { folder = try TemporaryFolder() }

    /// The tool's own folder.
    var toolFolder: String { folder.path + "/tool" }

    func spec(_ script: String, grace: Duration = .seconds(60), environment: [String: String] = ["PATH": path])
        -> ToolSpec
    {
        ToolSpec(
            executable: "/bin/sh",
            arguments: ["-c", script],
            environment: environment,
            workingDirectory: folder.path,
            grace: grace
        )
    }

    func run(_ spec: ToolSpec) async throws -> ToolEnd {
        try await runner.run(spec, folder: toolFolder, redactor: redactor, onLine: collector.handler)
    }

    func run(_ script: String, grace: Duration = .seconds(60)) async throws -> ToolEnd {
        try await run(spec(script, grace: grace))
    }

    /// Python with its own defaults.
    func python(_ program: String) async throws -> ToolEnd {
        try await run(
            ToolSpec(
                executable: "python3",
                arguments: ["-c", program],
                environment: ["PATH": "/usr/bin:/bin"],
                workingDirectory: folder.path,
                grace: .seconds(60)
            )
        )
    }
}

/// Whether a process with this number runs and is no zombie.
func isRunning(_ pid: Int32) -> Bool { ProcessIdentity.read(pid).map { !$0.isZombie } ?? false }
