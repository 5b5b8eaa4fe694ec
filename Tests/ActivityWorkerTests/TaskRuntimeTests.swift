import ActivityWorker
import FoundationEssentials
import Testing

@Suite("Steps, ephemeral steps and tools", .timeLimit(.minutes(1)))
struct TaskRuntimeTests {
    /// Runs one task with `stage` and returns its report.
    private func report(
        tools: ClosureTools? = nil,
        _ stage: @escaping @Sendable (TaskContext) async throws -> String
    ) async throws -> (StubService.Call, WorkerFixture) {
        let fixture = try WorkerFixture()
        fixture.service.schedule("t1", envelope())
        try await fixture.running(fixture.worker(tools: tools, stage: stage)) { await fixture.closed("t1") }
        return (fixture.service.state.value.reports[0], fixture)
    }

    private struct Cause: Decodable {
        var message: String
        var step: String?
    }

    private func failure(_ call: StubService.Call) throws -> (String, Cause) {
        guard case .failure(_, let error, let cause) = call else {
            throw TaskFailure("not a failure", message: "\(call)", next: "")
        }
        return (error, try JSONDecoder().decode(Cause.self, from: Data(cause.utf8)))
    }

    @Test func `a step with the same inputs runs once and returns what it returned`() async throws {
        let runs = Watched(0)
        let (call, _) = try await report { context in
            let first = try await context.step("count", inputs: ["a": 1]) {
                runs.update {
                    $0 += 1; return [$0]
                }
            }
            let again = try await context.step("count", inputs: ["a": 1]) {
                runs.update {
                    $0 += 1; return [$0]
                }
            }
            #expect(first == again)
            return "{\"runs\":\(runs.value)}"
        }
        #expect(call == .success("t1", output: #"{"runs":1}"#))
    }

    @Test func `the same step with other inputs is a fault of builderd`() async throws {
        let (call, _) = try await report { context in
            _ = try await context.step("count", inputs: 1) { 1 }
            _ = try await context.step("count", inputs: 2) { 2 }
            return "{}"
        }
        let (error, cause) = try failure(call)
        #expect(error == "Builder.Internal" && cause.step == "count" && cause.message.contains("different inputs"))
    }

    @Test func `an ephemeral step runs each time`() async throws {
        let runs = Watched(0)
        let (call, _) = try await report { context in
            for _ in 0..<3 { try await context.ephemeral("secret") { runs.update { $0 += 1 } } }
            return "\(runs.value)"
        }
        #expect(call == .success("t1", output: "3"))
    }

    @Test func `a failure gets the name of its step, the innermost`() async throws {
        let (call, _) = try await report { context in
            try await context.ephemeral("outer") {
                try await context.ephemeral("inner") { throw TaskFailure("A.B", message: "m", next: "n") }
            }
        }
        #expect(try failure(call).1.step == "inner")
        let (other, _) = try await report { context in
            try await context.ephemeral("outer") { throw TaskFailure("A.B", message: "m", next: "n", step: "own") }
        }
        #expect(try failure(other).1.step == "own")
    }

    struct Odd: Error {}

    @Test func `another error in a step is Builder.Internal with its step`() async throws {
        let (call, _) = try await report { context in
            try await context.step("odd", inputs: 0) { () -> String in throw Odd() }
        }
        let (error, cause) = try failure(call)
        #expect(error == "Builder.Internal" && cause.step == "odd" && cause.message.contains("Odd"))
    }

    private let invocation = ToolInvocation(
        executable: "/bin/true",
        arguments: ["-x"],
        environment: [:],
        workingDirectory: "/",
        stop: ToolStopPolicy(grace: .seconds(1))
    )

    @Test func `a tool runs once, in a folder of its own in the workspace`() async throws {
        let runs = Watched<[String]>([])
        let tools = ClosureTools { invocation, folder in
            #expect(invocation.arguments == ["-x"])
            runs.update { $0.append(folder) }
            return ToolExit(
                status: 0,
                signal: nil,
                stopped: false,
                standardOutput: folder + "/stdout",
                standardError: folder + "/stderr"
            )
        }
        let (call, fixture) = try await report(tools: tools) { [invocation] context in
            let exit = try await context.tool("packer-build", invocation)
            let again = try await context.tool("packer-build", invocation)
            #expect(exit == again)
            return "\"\(context.id)\""
        }
        guard case .success(_, let id) = call else { return #expect(Bool(false)) }
        #expect(runs.value == ["\(fixture.workspaces)/\(id.dropFirst().dropLast())/tools/packer-build"])
    }

    @Test func `a missing tool keeps its name`() async throws {
        let (call, _) = try await report { [invocation] context in
            _ = try await context.tool("packer-build", invocation)
            return "{}"
        }
        let (error, cause) = try failure(call)
        #expect(error == "Builder.ToolMissing" && cause.step == "packer-build")
    }

    @Test(arguments: ["", ".", "..", "a/b", "ä", "a b"])
    func `a tool's name cannot lead out of the workspace`(name: String) async throws {
        let (call, _) = try await report { [invocation] context in
            _ = try await context.tool(name, invocation)
            return "{}"
        }
        #expect(try failure(call).0 == "Builder.Internal")
    }
}
