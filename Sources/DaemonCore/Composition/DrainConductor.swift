package import ActivityWorker
package import Logging
package import UnixSignals

/// What becomes of running tasks when the daemon is to end.
package enum DrainOrder: Sendable, Hashable {
    /// Tasks are waited for; what arrives late is failed with `Builder.Draining`.
    case drain
    /// Tools run on under their supervisors, and the daemon's next start goes on with their tasks; what arrives late is its as well.
    case handOver
    /// Tools are stopped, and every task is reported as `Builder.Interrupted`.
    case interrupt
}

/// Ends the workers: turns signals, the service manager's wish and notices of the host's end into drain, hand-over and interruption.
///
/// SIGTERM means what the service manager says it means, asked at the signal and again right before tasks are handed over, as a stop can
/// overtake a restart; while it drains it is asked every few seconds, as a shutdown can overtake a stop. Without a service manager
/// SIGTERM and SIGINT drain, and SIGUSR2 hands over. A second SIGTERM or SIGINT interrupts.
///
/// A host that Auto Scaling holds until its tasks are over can be handed over like any other: the next start sees the notice too, and
/// drains. Where the end's time is known it cannot, as the tools have to be stopped by then whether there is a next start or not.
package actor DrainConductor {
    /// What the service manager wants; `nil` when there is none, or it wants nothing.
    package typealias Wish = @Sendable () async -> DrainOrder?

    private let workers: [StageWorker]
    private let wish: Wish
    private let logger: Logger
    private let phaseChanged: @Sendable (DaemonPhase) -> Void
    private let stopping: @Sendable () -> Void
    private let reload: @Sendable () async -> Void
    private let reloadIgnored: @Sendable () -> Void
    /// How long steps in progress may take to end at a hand-over.
    private let stepPatience: Duration
    /// How often the service manager is asked while draining.
    private let interval: Duration
    private var order: DrainOrder?
    /// Whether a first signal to stop has come.
    private var isSignalled = false
    /// Whether tasks were left to the next start, though that may have been called off later.
    private(set) var hasHandedOver = false
    /// Interrupts before the host ends.
    private var alarm: Task<Void, Never>?
    /// When tools are to be dead, as the host ends soon after; `nil` while that is not known.
    private var stopBy: BootInstant?
    /// What is left of a host's life when its tools are dead: to clean up and to report.
    private static let reportTime = Duration.seconds(15)

    /// A conductor of `workers`, each of which is run by somebody else.
    ///
    /// - Parameters:
    ///   - wish: asked at a signal, and again while it lasts.
    ///   - stopping: called when the daemon itself is to end, and not only its work because the host ends. Default: nothing.
    ///   - reload: what a SIGHUP does while nothing ends. Default: nothing.
    ///   - reloadIgnored: called for a SIGHUP that comes later. Default: nothing.
    ///   - stepPatience: default 10 s.
    ///   - interval: default 5 s.
    package init(
        workers: [StageWorker],
        wish: @escaping Wish,
        logger: Logger,
        phaseChanged: @escaping @Sendable (DaemonPhase) -> Void,
        stopping: @escaping @Sendable () -> Void = {},
        reload: @escaping @Sendable () async -> Void = {},
        reloadIgnored: @escaping @Sendable () -> Void = {},
        stepPatience: Duration = .seconds(10),
        interval: Duration = .seconds(5)
    ) {
        self.workers = workers
        self.wish = wish
        self.logger = logger
        self.phaseChanged = phaseChanged
        self.stopping = stopping
        self.reload = reload
        self.reloadIgnored = reloadIgnored
        self.stepPatience = stepPatience
        self.interval = interval
    }

    /// Follows `signals` until its task is cancelled.
    package func follow(_ signals: UnixSignalsSequence) async {
        await withDiscardingTaskGroup { group in
            for await signal in signals {
                switch signal {
                case .sighup:
                    if order == nil {
                        group.addTask { await self.reload() }
                    } else {
                        logger.notice("SIGHUP is ignored: builderd ends, and its next start reads the configuration")
                        reloadIgnored()
                    }
                case .sigusr2:
                    if !isSignalled && canHandOver { begin(.handOver, why: "\(signal)", in: &group) }
                    stopping()
                default:
                    await stop("\(signal)", in: &group)
                }
            }
            group.cancelAll()
        }
        alarm?.cancel()
    }

    /// The first signal to stop does what the service manager wants, the second interrupts.
    private func stop(_ signal: String, in group: inout DiscardingTaskGroup) async {
        if isSignalled { return interrupt(why: "\(signal) again") }
        isSignalled = true
        defer { stopping() }
        let wanted = await wish() ?? .drain
        if order == nil || (wanted == .handOver && canHandOver) {
            begin(wanted, why: signal, in: &group)
        } else if wanted == .interrupt {
            interrupt(why: signal)
        } else {
            logger.notice("\(signal): draining already; \(pending()); a second signal interrupts tasks, never polls")
            group.addTask { await self.watchWish() }
        }
    }

    /// Whether tasks can still be left to the next start: nothing ends yet, or tasks are waited for without an end to that being known.
    private var canHandOver: Bool { order == nil || (order == .drain && stopBy == nil) }

    /// Drains for a reason of the daemon's own; nothing when it ends already.
    package func drain(why: String) {
        guard order == nil else { return }
        logger.notice("\(why): draining; \(pending())")
        drain()
        stopping()
    }

    /// The host will end in `left`: drains, unless tasks are being left to a next start that has the time to; and interrupts when the tools need the rest of the time to stop, at once where they would need
    /// more. By 15 s before the end their supervisors kill what still runs, whatever its grace, so that the tasks can be reported.
    ///
    /// - Parameters:
    ///   - left: `nil` where the end's time is not known: interrupting is left to the shutdown.
    ///   - longestStop: how long before the end tasks have to be interrupted for tools to get their whole graces.
    package func hostEnds(why: String, in left: Duration?, longestStop: Duration) {
        if let left {
            let deadline = WorkerClock.system.now() + max(.zero, left - Self.reportTime)
            stopBy = min(stopBy ?? deadline, deadline)
        }
        guard order != .interrupt else {
            // Tools that stop already may not have the time that they were given.
            if stopBy != nil { for worker in workers { worker.interrupt(by: stopBy) } }
            return
        }
        let span = left.map { $0 - longestStop }
        let then = span.map { "; tasks that still run in \(max(0, $0.components.seconds)) s are interrupted" } ?? ""
        let isLeft = order == .handOver && left == nil
        let what = isLeft ? "the next start drains" : "draining"
        logger.warning("\(why): \(what)\(then)", metadata: [HostMessageID.key: "\(HostMessageID.hostEnds)"])
        if order == nil { drain() } else if !isLeft { cancelHandOver() }
        guard let span else { return }
        alarm?.cancel()
        alarm = Task {
            try? await Task.sleep(for: max(.zero, span))
            if !Task.isCancelled { interrupt(why: why) }
        }
    }

    private func begin(_ new: DrainOrder, why: String, in group: inout DiscardingTaskGroup) {
        switch new {
        case .interrupt:
            interrupt(why: why)
        case .drain:
            logger.notice("\(why): draining; \(pending()); a second signal interrupts tasks, never polls")
            drain()
            group.addTask { await self.watchWish() }
        case .handOver:
            logger.notice("\(why): handing over to the next start; \(pending()); tools run on")
            order = .handOver
            phaseChanged(.handingOver)
            for worker in workers { worker.prepareHandOver() }
            group.addTask { await self.completeHandOver() }
        }
    }

    private func drain() {
        order = .drain
        phaseChanged(.draining)
        for worker in workers { worker.drain() }
    }

    private func interrupt(why: String) {
        guard order != .interrupt else { return }
        order = .interrupt
        logger.warning("\(why): interrupting; \(pending())")
        phaseChanged(.interrupting)
        for worker in workers { worker.interrupt(by: stopBy) }
    }

    private func cancelHandOver() {
        guard order == .handOver else { return }
        order = .drain
        phaseChanged(.draining)
        for worker in workers { worker.cancelHandOver() }
    }

    private func watchWish() async {
        while !Task.isCancelled, order == .drain {
            if await wish() == .interrupt, order == .drain {
                interrupt(why: "the system is shutting down")
                return
            }
            try? await Task.sleep(for: interval)
        }
    }

    private func completeHandOver() async {
        // Never aborted: each may be bringing a task.
        for worker in workers { await worker.pollsClosed() }
        let last = await wish()
        guard order == .handOver else { return }
        switch last {
        case .drain:
            logger.notice("a stop has overtaken the restart: tasks are waited for; \(pending())")
            cancelHandOver()
            await watchWish()
        case .interrupt:
            interrupt(why: "the system is shutting down")
        case .handOver, nil:
            hasHandedOver = true
            for worker in workers { worker.handOver() }
            try? await Task.sleep(for: stepPatience)
            if order == .handOver { for worker in workers { worker.endHandedOverSteps() } }
        }
    }

    /// What the end waits for.
    private func pending() -> String {
        let snapshots = workers.map { $0.snapshot() }
        let polls = snapshots.reduce(0) { $0 + $1.openPolls.count }
        let tasks = snapshots.reduce(0) { $0 + $1.tasks.count }
        return
            "waiting for \(polls) open polls, at most 70 s, which may still bring a task, and for \(tasks) running tasks"
    }
}
