import Glibc

/// Starts the writer's thread.
enum LogThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a detached thread that takes no signals: they stay with the threads that expect them.
    static func start(_ body: @escaping @Sendable () -> Void) throws(LogWriterError) {
        var thread = pthread_t()
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        let work = unsafe Unmanaged.passRetained(Work(body))
        let result = unsafe pthread_create(&thread, nil, begin, work.toOpaque())
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        guard result == 0 else {
            unsafe work.release()
            throw LogWriterError(operation: "pthread_create", number: result)
        }
        pthread_detach(thread)
    }

    /// The thread's start routine.
    ///
    /// Ownership: `context` is the work, retained by `start`; this function releases it when the work is done.
    private static let begin: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
        return nil
    }
}
