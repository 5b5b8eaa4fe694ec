import Synchronization

@testable import ToolSupervisor

/// Collects what a tool's output was cut into.
final class LineCollector: Sendable {
    private let all = Mutex<[ToolOutputStream: [String]]>([:])

    /// To be given to `ToolRunner.run`.
    var handler: ToolRunner.LineHandler {
        { stream, line in self.all.withLock { $0[stream, default: []].append(line) } }
    }

    /// Lines of one stream in their order.
    func lines(_ stream: ToolOutputStream) -> [String] { all.withLock { $0[stream] ?? [] } }

    /// Waits until a line of standard output is there.
    func line(_ wanted: String) async throws {
        // Bounded by the test's own time limit.
        while !lines(.stdout).contains(wanted) { try await Task.sleep(for: .milliseconds(5)) }
    }
}
