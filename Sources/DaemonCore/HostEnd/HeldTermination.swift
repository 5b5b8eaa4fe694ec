import AWSClient
import Logging
import Synchronization

/// This instance's end, which Auto Scaling holds at a lifecycle hook until builderd has drained.
///
/// What fails here never holds up the daemon: in the end the hook's own timeout lets the instance go.
final class HeldTermination: Sendable {
    /// How letting go went.
    enum Outcome: Sendable {
        /// Auto Scaling has taken it.
        case done
        /// Auto Scaling holds nothing at this hook: it has timed out, somebody else was quicker, or the names are others.
        case nothingHeld
        /// Trying again is of no use, or the time for it is over; the last error, if there was an answer at all.
        case failed(AWSError?)
    }

    /// A pause between two calls; it ends early where the task is cancelled.
    typealias Pause = @Sendable (Duration) async -> Void

    /// How long letting go is tried at most.
    static let patience = Duration.seconds(60)
    /// From one try to the next.
    static let interval = Duration.seconds(5)
    /// Tries that may find nothing held: metadata can be ahead of the moment from which Auto Scaling holds the instance. After them the
    /// names are taken to be wrong, which Auto Scaling answers in the same words.
    static let earlyTries = 6

    private let hook: DaemonConfiguration.TerminationHook
    private let client: AutoScalingClient
    private let notices: InstanceNotices
    private let logger: Logger
    private let pause: Pause
    /// Whether Auto Scaling has taken a heartbeat, so that the names are right.
    private let wasHeld = Atomic(false)

    /// The end of this instance at `hook`; nothing is asked yet.
    init(
        _ hook: DaemonConfiguration.TerminationHook,
        client: AutoScalingClient,
        notices: InstanceNotices,
        logger: Logger,
        pause: @escaping Pause = { try? await Task.sleep(for: $0) }
    ) {
        self.hook = hook
        self.client = client
        self.notices = notices
        self.logger = logger
        self.pause = pause
    }

    /// Begins the hook's timeout anew, at once and after each heartbeat's pause, until the task is cancelled.
    ///
    /// Auto Scaling bounds that itself: by 48 hours or a hundred times the hook's timeout, whichever is less.
    ///
    /// Where nothing is held that is soon asked again, and said once it cannot be that metadata is ahead.
    func keep() async {
        wasHeld.store(false, ordering: .relaxed)
        var trouble: KeepingTrouble?
        var misses = 0
        while !Task.isCancelled {
            var wait = hook.heartbeat
            do throws(AWSError) {
                try await client.recordLifecycleActionHeartbeat(hold())
                wasHeld.store(true, ordering: .relaxed)
                misses = 0
                if trouble != nil {
                    logger.notice("Auto Scaling takes heartbeats of the lifecycle hook \(hook.name) again")
                }
                trouble = nil
            } catch {
                // The answer may be late, and the host let go meanwhile.
                if error.kind == .cancelled || Task.isCancelled { return }
                if error.saysNothingIsHeld {
                    misses += 1
                    if isStillEarly(misses) {
                        wait = Self.interval
                    } else if trouble != .notHeld {
                        trouble = .notHeld
                        sayNotHeld("this host may end before its tasks")
                    }
                } else if trouble != .unheard {
                    trouble = .unheard
                    logger.warning(
                        "the lifecycle hook \(hook.name) gets no heartbeats, and may let this host end before its tasks: \(error)"
                    )
                }
            }
            await pause(wait)
        }
    }

    /// Lets the instance end, and says how that went. Returns within `patience`.
    @discardableResult
    func letGo(patience: Duration = patience) async -> Outcome {
        let outcome = await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await self.tryToLetGo() }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            var outcome: Outcome?
            while outcome == nil, let next = await group.next() {
                outcome = next
                group.cancelAll()
            }
            return outcome ?? .failed(nil)
        }
        say(outcome, patience)
        return outcome
    }

    private func tryToLetGo() async -> Outcome {
        var last: AWSError?
        var misses = 0
        // Whether an earlier attempt may have let the host go, though its answer was lost.
        var mayHaveLetGo = false
        while !Task.isCancelled {
            do throws(AWSError) {
                try await client.completeLifecycleAction(hold())
                return .done
            } catch {
                if error.kind == .cancelled { break }
                last = error
                mayHaveLetGo = mayHaveLetGo || error.mayHaveActed
                if error.saysNothingIsHeld {
                    misses += 1
                    if mayHaveLetGo || !isStillEarly(misses) { return .nothingHeld }
                } else if !error.isRetryable {
                    return .failed(error)
                }
            }
            await pause(Self.interval)
        }
        return .failed(last)
    }

    /// Whether Auto Scaling may come to hold the instance, though it has answered `misses` times that it does not.
    private func isStillEarly(_ misses: Int) -> Bool {
        !wasHeld.load(ordering: .relaxed) && misses < Self.earlyTries
    }

    private func hold() async throws(AWSError) -> LifecycleHold {
        LifecycleHold(group: hook.group, hook: hook.name, instanceID: try await notices.instanceID())
    }

    /// Auto Scaling answers that it does not hold this host, which means `consequence`.
    private func sayNotHeld(_ consequence: String) {
        let why =
            wasHeld.load(ordering: .relaxed)
            ? "it has timed out, or somebody has completed it"
            : "it has taken no heartbeat of this process, so host.lifecycleHook or host.autoScalingGroup may be wrong, or the host was let go before"
        logger.warning(
            "Auto Scaling does not hold this host at the lifecycle hook \(hook.name) of \(hook.group), and \(consequence): \(why); next: builderctl doctor checks the hook",
            metadata: [HostMessageID.key: "\(HostMessageID.hookNotHeld)"]
        )
    }

    private func say(_ outcome: Outcome, _ patience: Duration) {
        switch outcome {
        case .done: logger.notice("the lifecycle hook \(hook.name) of \(hook.group) is completed: this host may end")
        case .nothingHeld where wasHeld.load(ordering: .relaxed):
            logger.notice(
                "Auto Scaling does not hold this host at the lifecycle hook \(hook.name) of \(hook.group) any more: it has been let go already"
            )
        case .nothingHeld:
            sayNotHeld("where another hook holds this host, it ends only when that one times out")
        case .failed(let error):
            let why = error.map { "\($0)" } ?? "timed out after \(patience.components.seconds) s"
            let next =
                error?.kind == .accessDenied
                ? "allow the builder's role autoscaling:CompleteLifecycleAction on the group"
                : "builderctl doctor checks the hook"
            logger.error(
                "the lifecycle hook \(hook.name) of \(hook.group) could not be completed, so this host ends only when the hook times out: \(why); next: \(next)",
                metadata: [HostMessageID.key: "\(HostMessageID.hookNotCompleted)"]
            )
        }
    }
}
