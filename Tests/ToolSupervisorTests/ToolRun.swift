import Foundation
import TestSupport

@testable import ToolSupervisor

/// One run of a shell script or program in a folder of its own.
struct ToolRun {
    let folder: TemporaryFolder
    let collector = LineCollector()
    var redactor = Redactor()
    let runner: ToolRunner
    private let cgroup: TestCgroup?

    static let path = "/usr/local/bin:/usr/bin:/bin"

    /// `builderd`, built beside the tests.
    static let supervisor = SupervisorCommand(path: BuiltProduct.builderd, arguments: ["supervise"])

    /// - Parameter place: the tool's folder within the run's.
    init(_ containment: TestContainment = TestContainment.available[0], place: String = "tool") throws {
        folder = try TemporaryFolder()
        toolFolder = "\(folder.path)/\(place)"
        let parent = toolFolder[..<(toolFolder.lastIndex(of: "/") ?? toolFolder.endIndex)]
        try FileManager.default.createDirectory(atPath: String(parent), withIntermediateDirectories: true)
        cgroup = containment == .cgroup ? TestCgroup() : nil
        runner = Self.runner(cgroup)
    }

    /// Looks at output often, as tests wait for lines.
    private static func runner(_ cgroup: TestCgroup?) -> ToolRunner {
        ToolRunner(
            supervisor: supervisor,
            containment: cgroup.map { .cgroup(parent: $0.path) } ?? .descendants
        ) { try? await Task.sleep(for: .milliseconds(5)) }
    }

    /// The tool's own folder.
    let toolFolder: String

    func spec(_ script: String, grace: Duration = .seconds(60), environment: [String: String] = ["PATH": path])
        -> ToolSpec
    {
        var spec = ToolSpec(
            executable: "/bin/sh",
            arguments: ["-c", script],
            environment: environment,
            workingDirectory: folder.path,
            grace: grace
        )
        // So that a tool whose test is killed does not run for ever.
        let lease = folder.path + "/safety"
        if (try? LeaseFile.write(lease, deadline: LeaseFile.sinceBoot() + .seconds(900))) != nil { spec.lease = lease }
        return spec
    }

    /// - Parameters:
    ///   - isAdoption: as if an earlier daemon may have started it.
    ///   - leavesRunning: asked when the test cancels.
    ///   - collector: default: the run's own.
    func run(
        _ spec: ToolSpec,
        isAdoption: Bool = false,
        leavesRunning: @escaping @Sendable () -> Bool = { false },
        collector: LineCollector? = nil
    ) async throws -> ToolEnd {
        try await runner.run(
            spec,
            folder: toolFolder,
            isAdoption: isAdoption,
            redactor: redactor,
            leavesRunning: leavesRunning,
            onLine: (collector ?? self.collector).handler
        )
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

    /// Whether the tool says `ready` before its run ends.
    func isReady(before end: Task<ToolEnd, any Error>) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { [collector] in (try? await collector.line("ready")) != nil }
            group.addTask {
                _ = await end.result
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// The record of the tool's start, once there is one.
    func started() async throws -> StartRecord {
        while true {
            if let record = try StartRecord.load(folder: toolFolder) { return record }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// Whether a process with this number runs and is no zombie.
func isRunning(_ pid: Int32) -> Bool { ProcessIdentity.read(pid).map { !$0.isZombie } ?? false }
