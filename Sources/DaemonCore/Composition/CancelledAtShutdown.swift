import ServiceLifecycle

/// A loop that ends with the group: its task is cancelled when the group shuts down.
struct CancelledAtShutdown: Service {
    private let body: @Sendable () async -> Void

    /// A service of this loop; it must return soon after its task is cancelled.
    init(_ body: @escaping @Sendable () async -> Void) { self.body = body }

    func run() async throws {
        await cancelWhenGracefulShutdown { await body() }
    }
}
