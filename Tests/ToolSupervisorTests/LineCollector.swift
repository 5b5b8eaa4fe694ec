import Synchronization

@testable import ToolSupervisor

/// Collects what a tool's output was cut into.
final class LineCollector: Sendable {
    private let all = Mutex<[ToolOutputStream: [String]]>([:])
    private let (coming, arrived) = AsyncStream.makeStream(of: String.self)

    /// To be given to `ToolRunner.run`.
    var handler: ToolRunner.LineHandler {
        { stream, line in
            self.all.withLock { $0[stream, default: []].append(line) }
            if stream == .stdout { self.arrived.yield(line) }
        }
    }

    /// Lines of one stream in their order.
    func lines(_ stream: ToolOutputStream) -> [String] { all.withLock { $0[stream] ?? [] } }

    /// Waits until a line of standard output has come, later than those that were waited for before.
    ///
    /// - Throws: `CancellationError` when the test's own time limit ends first.
    func line(_ wanted: String) async throws {
        for await line in coming where line == wanted { return }
        throw CancellationError()
    }
}
