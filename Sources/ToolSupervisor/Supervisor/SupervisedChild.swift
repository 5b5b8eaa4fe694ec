import CLinux
import Glibc

/// The tool's leader as its supervisor sees it: a state machine that is told the time and what happened, and sends the signals.
///
/// running → (stop) stopping → (deadline) killing → (leader exits) sweeping → over. The leader is reaped last of all: while it is a
/// zombie its number, which is its session's, cannot be given to another process.
struct SupervisedChild {
    /// Where in its life the tool is.
    enum Phase {
        case running
        case stopping(deadline: ContinuousClock.Instant)
        case killing
        /// The leader has exited; what it left behind gets `settle`, then SIGKILL, and is given up at `giveUp`.
        case sweeping(settleUntil: ContinuousClock.Instant, giveUp: ContinuousClock.Instant)
    }

    /// How the leader ended and what became of the rest.
    struct End: Sendable {
        var status: Int32?
        var signal: Int32?
        var wasStopped = false
        var wasKilled = false
        var killedLeftOvers = 0
        var survivors: [Int32] = []
    }

    /// What is left behind may be on its way out already (a `tee` that writes its last lines).
    private static let settle = Duration.milliseconds(250)
    /// SIGKILL takes effect at once but for uninterruptible sleep.
    private static let patience = Duration.seconds(10)

    let pid: Int32
    let pidfd: Int32
    let members: ToolMembers
    private(set) var phase = Phase.running
    private var end = End()
    private var known: Set<ProcessIdentity> = []
    private var killed: Set<ProcessIdentity> = []

    init(pid: Int32, pidfd: Int32, members: ToolMembers) {
        self.pid = pid
        self.pidfd = pidfd
        self.members = members
    }

    /// Whether the pidfd is to be polled: once the leader has exited it stays readable for ever.
    var isLeaderAlive: Bool { if case .sweeping = phase { false } else { true } }

    /// Whether the stop policy has begun, or the leader is gone.
    var isStopping: Bool { if case .running = phase { false } else { true } }

    /// Longest time until `tick` is due.
    func nextTick(_ now: ContinuousClock.Instant) -> Duration? {
        switch phase {
        case .running: nil
        // Looks now and then for descendants that are about to lose their parents.
        case .stopping(let deadline): min(.milliseconds(500), max(.zero, deadline - now))
        case .killing: .milliseconds(20)
        case .sweeping: .milliseconds(10)
        }
    }

    /// Begins the stop policy, once: exactly one SIGTERM, to the leader alone. Asked again, SIGKILL comes earlier, never later.
    mutating func stop(grace: Duration, now: ContinuousClock.Instant) {
        if case .stopping(let deadline) = phase { phase = .stopping(deadline: min(deadline, now + grace)) }
        guard case .running = phase else { return }
        remember()
        end.wasStopped = true
        phase = .stopping(deadline: now + grace)
        _ = clinux_pidfd_send_signal(pidfd, SIGTERM)
    }

    /// The pidfd became readable.
    mutating func leaderExited(_ now: ContinuousClock.Instant) {
        let result = clinux_wait(pidfd, 0)
        if result.error == 0 {
            end.status = result.signalled == 0 ? result.value : nil
            end.signal = result.signalled == 0 ? nil : result.value
        }
        let settle = end.wasKilled ? Duration.zero : Self.settle
        phase = .sweeping(settleUntil: now + settle, giveUp: now + settle + Self.patience)
    }

    /// Does what is due, and returns the end when everything is over; then the leader has been reaped and the pidfd closed.
    mutating func tick(_ now: ContinuousClock.Instant) -> End? {
        switch phase {
        case .running:
            return nil
        case .stopping(let deadline):
            remember()
            if now >= deadline {
                end.wasKilled = true
                phase = .killing
                kill()
            }
            return nil
        case .killing:
            kill()
            return nil
        case .sweeping(let settleUntil, let giveUp):
            let left = running()
            guard !left.isEmpty || members.hasHiddenMembers, now < giveUp else { return finish(left) }
            if now >= settleUntil {
                members.kill(left)
                killed.formUnion(left)
            }
            return nil
        }
    }

    private func running() -> [ProcessIdentity] { members.running(leader: pid, known: known) }

    private mutating func remember() { known.formUnion(running()) }

    private mutating func kill() {
        let all = running()
        known.formUnion(all)
        _ = clinux_pidfd_send_signal(pidfd, SIGKILL)
        members.kill(all)
    }

    private mutating func finish(_ left: [ProcessIdentity]) -> End {
        _ = clinux_wait(pidfd, 1)
        close(pidfd)
        end.killedLeftOvers = Set(killed.map { $0.pid }).count
        end.survivors = left.map(\.pid)
        return end
    }
}
