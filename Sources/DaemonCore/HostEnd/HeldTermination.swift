import AWSClient
import Logging

/// This instance's end, which Auto Scaling holds at a lifecycle hook until builderd has drained.
///
/// What fails here never holds up the daemon: in the end the hook's own timeout lets the instance go.
struct HeldTermination: Sendable {
    /// How letting go went.
    enum Outcome: Sendable {
        /// Auto Scaling has taken it.
        case done
        /// Auto Scaling holds nothing at this hook: it has timed out, an earlier process was quicker, or the names are others.
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
    /// Tries that may find nothing held: metadata can be ahead of the moment from which Auto Scaling holds the instance.
    static let earlyTries = 6

    private let hook: DaemonConfiguration.TerminationHook
    private let client: AutoScalingClient
    private let notices: InstanceNotices
    private let logger: Logger
    private let pause: Pause

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
    func keep() async {
        var isFailing = false
        while !Task.isCancelled {
            do throws(AWSError) {
                try await client.recordLifecycleActionHeartbeat(hold())
                if isFailing { logger.notice("Auto Scaling takes heartbeats of the lifecycle hook \(hook.name) again") }
                isFailing = false
            } catch {
                if error.kind == .cancelled { return }
                if !isFailing && !error.saysNothingIsHeld {
                    logger.warning(
                        "the lifecycle hook \(hook.name) gets no heartbeats, and may let this host end before its tasks: \(error)"
                    )
                    isFailing = true
                }
            }
            await pause(hook.heartbeat)
        }
    }

    /// Lets the instance end, and says how that went. Returns within `patience`.
    @discardableResult
    func letGo(patience: Duration = patience) async -> Outcome {
        let outcome = await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await tryToLetGo() }
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
        var tries = 0
        while !Task.isCancelled {
            do throws(AWSError) {
                try await client.completeLifecycleAction(hold())
                return .done
            } catch {
                tries += 1
                if error.kind == .cancelled { break }
                last = error
                if error.saysNothingIsHeld {
                    if tries >= Self.earlyTries || error.attempts > 1 { return .nothingHeld }
                } else if !error.isRetryable {
                    return .failed(error)
                }
            }
            await pause(Self.interval)
        }
        return .failed(last)
    }

    private func hold() async throws(AWSError) -> LifecycleHold {
        LifecycleHold(group: hook.group, hook: hook.name, instanceID: try await notices.instanceID())
    }

    private func say(_ outcome: Outcome, _ patience: Duration) {
        switch outcome {
        case .done: logger.notice("the lifecycle hook \(hook.name) of \(hook.group) is completed: this host may end")
        case .nothingHeld:
            logger.notice(
                "Auto Scaling does not hold this host at the lifecycle hook \(hook.name) of \(hook.group): it has been let go already"
            )
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
