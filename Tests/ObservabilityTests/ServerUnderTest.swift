import Foundation
import Logging

@testable import Observability

/// Answers of a test's choosing.
struct FakeSource: HealthSource {
    var ready = HealthAnswer()
    var statusText = "{\"version\":\"test\"}"
    var pause: Duration?

    func livez() async -> HealthAnswer { HealthAnswer() }
    func readyz() async -> HealthAnswer { ready }
    func status() async -> String {
        if let pause { try? await Task.sleep(for: pause) }
        return statusText
    }
    func metrics() async -> String { MetricsRegistry().render() + "# end\n" }
}

/// A health server on a socket of one test's own.
final class ServerUnderTest: Sendable {
    let folder: String
    let path: String
    let server: LocalServer

    static func socketFolder() -> String { "/tmp/bdh-" + UUID().uuidString.prefix(8) }

    init(_ source: FakeSource = FakeSource(), limits: LocalServerLimits = LocalServerLimits(), group: String? = nil)
        async throws
    {
        folder = Self.socketFolder()
        path = folder + "/health.sock"
        server = try await LocalServer.start(
            purpose: "health",
            path: path,
            group: group,
            service: HealthService(source),
            limits: limits,
            logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Sends `request` and returns all that comes back, on a thread of its own.
    func exchange(_ request: String) async throws -> String {
        let path = self.path
        return try await onThread {
            let client = try UnixClient(path)
            client.send(request)
            return client.readToEnd() ?? "time-out"
        }
    }
}

/// Runs blocking work off Swift's own threads.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try work() }) }
    }
}
