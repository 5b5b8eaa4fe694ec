import CCurl
import Glibc
import Synchronization

/// The transport's thread and what callers share with it.
final class TransportLoop: Sendable {
    private let inbox = Mutex(TransportInbox())
    private let multi: MultiHandle
    private let configuration: CurlTransport.Configuration
    private let caBundlePath: String?

    init(configuration: CurlTransport.Configuration) throws(TransportError) {
        self.configuration = configuration
        caBundlePath = configuration.caBundlePath ?? CurlLibrary.systemCABundlePath
        if let path = configuration.caBundlePath, unsafe access(path, R_OK) != 0 {
            throw TransportError(.tls, "the CA bundle \(path) cannot be read", mayHaveBeenSent: false)
        }
        multi = try MultiHandle(maximumConnections: max(1, configuration.maximumConnections))
    }

    /// Starts the thread, which holds the loop until it ends. Called once.
    func start() throws(TransportError) {
        var thread = pthread_t()
        // All signals stay with the threads that expect them; libcurl's resolver threads inherit the mask.
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        let context = unsafe Unmanaged.passRetained(self)
        let result = unsafe pthread_create(&thread, nil, runLoop, context.toOpaque())
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        guard result == 0 else {
            unsafe context.release()
            throw TransportError(.other, "no thread for the transport (error \(result))", mayHaveBeenSent: false)
        }
        pthread_detach(thread)
    }

    /// Hands an exchange to the thread, which resumes its continuation; resumes it here after the end.
    func submit(_ submission: Submission) {
        guard leave({ $0.submit(submission) }) == .refused else { return }
        submission.continuation.resume(returning: .failure(Self.shutDownError))
    }

    /// A ticket's `isCancelled` has been set.
    func noticeCancellation() { _ = leave { $0.noticeCancellation() } }

    /// Asks the thread to end everything.
    func stop() { _ = leave { $0.requestStop() } }

    /// Asks the thread to end everything and waits until it has.
    func shutdown() async {
        await withCheckedContinuation { waiter in
            if leave({ $0.requestStop(waiter: waiter) }) == .refused { waiter.resume() }
        }
    }

    private static var shutDownError: TransportError {
        TransportError(.shutDown, "the transport has been shut down", mayHaveBeenSent: false)
    }

    private func leave(_ change: (inout sending TransportInbox) -> TransportInbox.Action) -> TransportInbox.Action {
        inbox.withLock { inbox in
            let action = change(&inbox)
            if action == .wake { multi.wake() }
            return action
        }
    }

    /// The thread's work, until a stop is asked for.
    fileprivate func run() {
        var exchanges = ActiveExchanges(
            multi: multi,
            proxies: ProxyRules(environment: configuration.proxyEnvironment),
            caBundlePath: caBundlePath,
            maximumCount: max(1, configuration.maximumConnections)
        )
        var emptied: [Submission] = []
        while true {
            var batch = inbox.withLock { [emptied] in $0.take(reusing: emptied) }
            exchanges.enqueue(batch.submissions)
            batch.submissions.removeAll(keepingCapacity: true)
            emptied = batch.submissions
            if batch.stopRequested { break }
            if batch.hasCancellations { exchanges.dropCancelled() }
            exchanges.advance()
            if inbox.withLock({ $0.sleep() }) { exchanges.wait() }
        }
        exchanges.endAll()
        let waiters = inbox.withLock { inbox in
            multi.close()
            return inbox.end()
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// The thread's start routine.
///
/// Ownership: `context` is the loop, retained by `start()`; this function releases it when the loop is over.
private func runLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<TransportLoop>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
