import ActivityWorker
import DaemonCore
import FoundationEssentials
import Logging
import Synchronization
import Observability
import TestSupport
import ToolSupervisor
import Testing

struct SupervisedToolsTests {
    /// Keeps lines with their metadata.
    private final class Lines: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func add(_ line: String) { kept.withLock { $0.append(line) } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let fields = event.metadata ?? [:]
            lines.add("\(fields["BUILDERD_TOOL"] ?? "-") \(fields["BUILDERD_STREAM"] ?? "-") \(event.message)")
        }
    }

    private let folder: TemporaryFolder
    private let lines = Lines()
    private let registry = MetricsRegistry()

    init() throws { folder = try TemporaryFolder() }

    private func run(
        _ script: String,
        logs: Bool = true,
        form: ToolOutputForm = .text,
        executable: String = "sh",
        lease: Duration = .seconds(1 << 40),
        isFenced: Bool = true,
        successes: [Int32] = [0]
    ) async throws -> ToolExit {
        try LeaseFile.write("\(folder.path)/\(LeaseFile.name)", deadline: lease)
        let redactor = try TaskRedactor(workspace: folder.path)
        try redactor.add(secrets: ["s3cr3t-value", "two,parts"])
        let lines = lines
        return try await SupervisedTools(
            runner: ToolRunner(
                supervisor: SupervisorCommand(path: BuiltProduct.builderd, arguments: ["supervise"]),
                containment: .descendants
            ),
            searchPath: "/usr/bin:/bin",
            meter: ToolMeter(DaemonMetrics(factory: registry))
        ).run(
            ToolInvocation(
                executable: executable,
                arguments: ["-c", script],
                environment: [:],
                workingDirectory: folder.path,
                stop: ToolStopPolicy(grace: .seconds(5)),
                logsOutput: logs,
                successStatuses: successes,
                outputForm: form
            ),
            folder: folder.path + "/tool",
            context: ToolRunContext(
                name: "packer-build",
                redactor: redactor,
                logger: Logger(label: "test") { _ in Handler(lines: lines) },
                workspace: folder.path,
                isFenced: isFenced
            )
        )
    }

    @Test func `a tool's lines are logged redacted with the journal's fields, its files hold what it printed`()
        async throws
    {
        let exit = try await run("echo token s3cr3t-value; echo bad >&2; exit 3")
        #expect(exit.status == 3)
        #expect(lines.all.sorted() == ["packer-build stderr bad", "packer-build stdout token [redacted]"])
        let printed = try Data(contentsOf: URL(filePath: exit.standardOutput))
        #expect(String(decoding: printed, as: UTF8.self) == "token s3cr3t-value\n")
    }

    @Test func `Packer's machine-readable lines are logged decoded and redacted, its files hold them as they were`()
        async throws
    {
        let script = """
            cat <<'END'
            1,,ui,say,==> b.i: token s3cr3t-value%!(PACKER_COMMA) and two%!(PACKER_COMMA)parts\\nnext
            1,b.i,error,it broke
            END
            echo 1,,ui,say,x >&2
            """
        let exit = try await run(script, form: .packerMachineReadable)
        #expect(
            lines.all.sorted() == [
                "packer-build stderr 1,,ui,say,x", "packer-build stdout ==> b.i: token [redacted], and [redacted]",
                "packer-build stdout b.i: it broke", "packer-build stdout next",
            ]
        )
        let printed = String(decoding: try Data(contentsOf: URL(filePath: exit.standardOutput)), as: UTF8.self)
        #expect(printed.hasPrefix("1,,ui,say,==> b.i: token s3cr3t-value%!(PACKER_COMMA) and two%!(PACKER_COMMA)parts"))
    }

    @Test func `what prints secrets that nobody knows yet is not logged`() async throws {
        let exit = try await run("echo made-by-terraform", logs: false)
        #expect(exit.status == 0)
        #expect(lines.all.isEmpty)
    }

    @Test(arguments: [true, false])
    func `a deadline that has passed keeps a task's tool from beginning, and not one that cleans up after it`(
        isFenced: Bool
    )
        async throws
    {
        let begun = folder.path + "/begun"
        let script = "touch \(begun); sleep 1; echo pushed"
        guard isFenced else {
            let exit = try await run(script, lease: .seconds(1), isFenced: false)
            #expect(!exit.stopped)
            #expect(try Data(contentsOf: URL(filePath: exit.standardOutput)) == Data("pushed\n".utf8))
            return
        }
        let failure = await #expect(throws: TaskFailure.self) { try await run(script, lease: .seconds(1)) }
        #expect(failure?.error == "Builder.Interrupted")
        #expect(!FileManager.default.fileExists(atPath: begun))
    }

    @Test func `a status by which a tool says what it found is counted as a success, any other as a failure`()
        async throws
    {
        _ = try await run("exit 2", successes: [0, 2])
        let count = "builderd_tool_duration_seconds_count"
        #expect(registry.render().contains("\(count){outcome=\"success\",tool=\"packer-build\"} 1\n"))
        try FileManager.default.removeItem(atPath: folder.path + "/tool")
        _ = try await run("exit 2")
        #expect(registry.render().contains("\(count){outcome=\"failure\",tool=\"packer-build\"} 1\n"))
    }

    @Test func `a tool that is not there is named`() async throws {
        let failure = await #expect(throws: TaskFailure.self) { try await run("", executable: "no-such-tool") }
        #expect(failure?.error == "Builder.ToolMissing")
        #expect(failure?.message.contains("no-such-tool") == true)
    }

    @Test func `secrets in use lie in the workspace for a successor, and short ones are refused`() throws {
        let redactor = try TaskRedactor(workspace: folder.path)
        try redactor.add(secrets: ["s3cr3t-value"])
        #expect(try TaskRedactor(workspace: folder.path).redact("a s3cr3t-value b") == "a [redacted] b")
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/secrets")
        #expect(attributes[.posixPermissions].flatMap { Int("\($0)") } == 0o600)
        let failure = #expect(throws: TaskFailure.self) { try redactor.add(secrets: ["short"]) }
        #expect(failure?.error == "Builder.InputInvalid")
    }
}
