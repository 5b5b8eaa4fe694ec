import Dispatch

/// Where files are written that have to survive a crash: `fsync` may take seconds, and Swift's own threads are as few as the cores.
enum FileQueue {
    private static let queue = DispatchQueue(label: "builderd.files", attributes: .concurrent)

    /// Runs `body`, which blocks, on a thread of its own.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }
}
