import Logging

/// Keeps one token alive.
struct Heartbeats {
    let core: StageCore
    let task: RunningTask

    private var dependencies: WorkerDependencies { core.dependencies }

    /// Returns true once a first heartbeat was acknowledged; false when the lease ended, or the worker was interrupted, before that.
    func acknowledgeFirst() async -> Bool {
        var backoff = retries
        while !task.isToEnd, task.checkDeadline(at: core.now) != nil {
            if await beat() { return true }
            if task.leaseEnd != nil { break }
            await core.sleep(for: backoff.next(random: dependencies.random()), orUntil: .interrupt)
        }
        return false
    }

    /// Sends a heartbeat when it is due until it is cancelled, the token is dead or the lease has expired. One that fails is tried
    /// again, sooner than the next is due; no failure but a dead token ends it.
    func run() async {
        var backoff = retries
        var next = (task.lease?.acknowledged ?? core.now) + task.heartbeatInterval
        while !Task.isCancelled {
            try? await dependencies.clock.sleep(next)
            if Task.isCancelled { return }
            if case .lost = task.leaseEnd { return }
            let sent = core.now
            if await beat() {
                backoff.reset()
                next = sent + task.heartbeatInterval
            } else {
                if case .lost = task.leaseEnd { return }
                next = core.now + backoff.next(random: dependencies.random())
            }
        }
    }

    private var retries: Backoff {
        Backoff(base: min(.seconds(1), task.heartbeatInterval), cap: min(.seconds(10), task.heartbeatInterval))
    }

    /// One heartbeat; true when it was acknowledged.
    private func beat() async -> Bool {
        let sent = core.now
        do throws(ActivityServiceError) {
            try await dependencies.service.heartbeat(token: task.claim.token)
            task.acknowledge(sent: sent)
            core.extendLease(of: task)
            core.observe(.heartbeatAcknowledged(at: sent, took: core.now - sent))
            return true
        } catch {
            if Task.isCancelled { return false }
            let error = error.unsettled(since: task.received, now: core.now)
            if error.isTokenDead {
                task.end(.lost(error.lossReason))
            } else {
                core.observe(.heartbeatFailed(error.kind))
                core.logger(for: task).warning("heartbeat failed and is tried again: \(error.description)")
            }
            return false
        }
    }
}
