import CLinux
import Glibc
import Synchronization

/// The one thread that starts tools, waits for them and signals them.
///
/// It never ends, and that matters: PR_SET_PDEATHSIG sends a tool's leader SIGTERM when the *thread* that started it ends, so with
/// an immortal thread that is when the daemon dies (or executes another program), also by SIGKILL. It blocks every signal, so the
/// daemon's handlers run elsewhere. All waiting is one `poll`, and none of it is on Swift's cooperative threads.
final class ProcessThread: Sendable {
    private enum Order: Sendable {
        case start(LaunchRequest, CheckedContinuation<Result<Int32, ToolError>, Never>)
        case end(Int32, CheckedContinuation<SupervisedChild.End, Never>)
        case stop(Int32, grace: Duration)
    }

    /// What the thread alone owns.
    private struct Watch {
        var children: [Int32: SupervisedChild] = [:]
        var waiters: [Int32: CheckedContinuation<SupervisedChild.End, Never>] = [:]
        /// Ended before anybody asked.
        var ended: [Int32: SupervisedChild.End] = [:]
    }

    /// The process's thread, started at first use.
    static let shared = Result { () throws(ToolError) in try ProcessThread() }

    private let inbox = Mutex<[Order]>([])
    private let bell: Int32

    private init() throws(ToolError) {
        bell = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard bell >= 0 else { throw Self.failure("eventfd", errno) }
        // The thread owns one reference, never given back.
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        // Blocked around the creation, so that the thread begins with every signal blocked.
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<ProcessThread>.fromOpaque(context).takeUnretainedValue().run()
            },
            context
        )
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        guard code == 0 else {
            unsafe Unmanaged<ProcessThread>.fromOpaque(context).release()
            close(bell)
            throw Self.failure("pthread_create", code)
        }
        _ = unsafe pthread_setname_np(thread, "tools")
        _ = pthread_detach(thread)
    }

    /// Starts a program and returns its process number, by which it is known here until `end` has returned.
    func start(_ request: LaunchRequest) async throws(ToolError) -> Int32 {
        let result = await withCheckedContinuation { send(.start(request, $0)) }
        return try result.get()
    }

    /// Waits until the leader and everything that belongs to it is over. To be called once for each start.
    func end(_ pid: Int32) async -> SupervisedChild.End {
        await withCheckedContinuation { send(.end(pid, $0)) }
    }

    /// Begins the stop policy; nothing when it has begun before or the tool is over.
    func stop(_ pid: Int32, grace: Duration) { send(.stop(pid, grace: grace)) }

    private func send(_ order: Order) {
        inbox.withLock { $0.append(order) }
        var one: UInt64 = 1
        _ = unsafe write(bell, &one, MemoryLayout<UInt64>.size)
    }

    private func run() -> Never {
        var watch = Watch()
        let clock = ContinuousClock()
        while true {
            let exited = wait(for: watch, now: clock.now)
            for order in inbox.withLock({ orders in
                defer { orders.removeAll() }
                return orders
            }) {
                handle(order, &watch, now: clock.now)
            }
            for pid in exited { watch.children[pid]?.leaderExited(clock.now) }
            for pid in watch.children.keys {
                guard let end = watch.children[pid]?.tick(clock.now) else { continue }
                watch.children[pid] = nil
                if let waiter = watch.waiters.removeValue(forKey: pid) {
                    waiter.resume(returning: end)
                } else {
                    watch.ended[pid] = end
                }
            }
        }
    }

    /// Sleeps until an order, an exit or a child's next tick; returns the children whose leaders exited.
    private func wait(for watch: Watch, now: ContinuousClock.Instant) -> [Int32] {
        let alive = watch.children.values.filter(\.isLeaderAlive)
        var descriptors = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
        descriptors += alive.map { pollfd(fd: $0.pidfd, events: Int16(POLLIN), revents: 0) }
        let timeout = watch.children.values.compactMap { $0.nextTick(now) }.min()
        let milliseconds = timeout.map {
            Int32(clamping: $0.components.seconds * 1000 + $0.components.attoseconds / 1_000_000_000_000_000 + 1)
        }
        let ready = unsafe poll(&descriptors, nfds_t(descriptors.count), milliseconds ?? -1)
        guard ready > 0 else { return [] }
        if descriptors[0].revents != 0 {
            var count: UInt64 = 0
            _ = unsafe read(bell, &count, MemoryLayout<UInt64>.size)
        }
        return zip(alive, descriptors.dropFirst()).filter { $0.1.revents != 0 }.map { $0.0.pid }
    }

    private func handle(_ order: Order, _ watch: inout Watch, now: ContinuousClock.Instant) {
        switch order {
        case .start(let request, let continuation):
            do {
                let (pid, pidfd) = try request.launch()
                watch.children[pid] = SupervisedChild(pid: pid, pidfd: pidfd)
                continuation.resume(returning: .success(pid))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        case .end(let pid, let continuation):
            if let end = watch.ended.removeValue(forKey: pid) {
                continuation.resume(returning: end)
            } else {
                watch.waiters[pid] = continuation
            }
        case .stop(let pid, let grace):
            watch.children[pid]?.stop(grace: grace, now: now)
        }
    }

    private static func failure(_ call: String, _ number: Int32) -> ToolError {
        ToolError(
            .startFailed,
            message: "cannot start the tools' thread: \(call): \(SystemError.text(number))",
            next: "check the limits of the service on processes and files",
            number: number
        )
    }
}
