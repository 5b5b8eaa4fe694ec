/// The arithmetic of one task's lease. Pure: told the time, never asks for it.
///
/// The service gives a task to another worker once `heartbeatSeconds` have passed since the last heartbeat it saw, or
/// `timeoutSeconds` since it started the task. A stage must be over by then, so its deadline is earlier by the stop budget:
///
///     deadline = min(send time of the last acknowledged heartbeat + heartbeatSeconds, limit) − stop budget
///
/// The *send* time counts: the service saw the heartbeat no earlier.
package struct Lease: Sendable, Hashable {
    /// Which bound the deadline came from.
    package enum Expiry: Sendable, Hashable {
        /// No heartbeat was acknowledged in time.
        case heartbeat
        /// The state's `TimeoutSeconds`.
        case limit
    }

    /// The state's `HeartbeatSeconds`.
    package let heartbeat: Duration
    /// When the state's `TimeoutSeconds` is over.
    package let limit: BootInstant
    /// Time kept for stopping.
    package let stopBudget: Duration
    /// Send time of the last acknowledged heartbeat; at first when the token was received.
    package private(set) var acknowledged: BootInstant

    /// A lease that opens with a token received at `received`, when the wall clock showed `wallMilliseconds`.
    ///
    /// The limit is entered + timeout for a first attempt. Two cases count from `received` instead, because the service starts the
    /// time of each attempt anew but the state's entered time stays: a retry (`attempt` > 0), and an entered time so old that the
    /// token could not have been handed out (a redrive, or this host's clock is wrong). That is never too long by the service's
    /// own judgement for long: it answers the next heartbeat with `TaskTimedOut`. An entered time in the future counts as now.
    package init(header: TaskHeader, received: BootInstant, wallMilliseconds: Int64, stopBudget: Duration) {
        heartbeat = header.heartbeat
        self.stopBudget = stopBudget
        acknowledged = received
        let age = max(.zero, Duration.milliseconds(wallMilliseconds - header.enteredMilliseconds))
        let countsFromEntered = header.attempt == 0 && age < header.timeout
        limit = received + (countsFromEntered ? header.timeout - age : header.timeout)
    }

    /// When the stage is to be stopped if nothing more is acknowledged.
    package var deadline: BootInstant { min(acknowledged + heartbeat, limit) - stopBudget }

    /// From one heartbeat to the next: min(20 s, heartbeatSeconds/3).
    package var interval: Duration { Self.interval(heartbeat: heartbeat) }

    /// When the next heartbeat is due.
    package var nextHeartbeat: BootInstant { acknowledged + interval }

    /// Counts from `now` as if a heartbeat had been acknowledged: a task that an earlier process left may ask once whether its token
    /// still lives, however long ago that process asked.
    package mutating func restart(at now: BootInstant) { acknowledged = max(acknowledged, now) }

    /// `nil` while the lease holds, else what ended it.
    package func expiry(at now: BootInstant) -> Expiry? {
        guard now >= deadline else { return nil }
        return limit <= acknowledged + heartbeat ? .limit : .heartbeat
    }

    /// A heartbeat sent at `sent` was acknowledged. An older one never takes back what a younger one gave.
    package mutating func acknowledge(sent: BootInstant) {
        acknowledged = max(acknowledged, sent)
    }

    /// min(20 s, heartbeat/3).
    package static func interval(heartbeat: Duration) -> Duration { min(.seconds(20), heartbeat / 3) }

    /// Why a task with this header is not started, if `heartbeatSeconds` leaves no room to stop in.
    package static func refusal(of header: TaskHeader, stopBudget: Duration, margin: Duration) -> TaskFailure? {
        guard header.heartbeat < stopBudget + margin else { return nil }
        let needed = stopBudget + margin
        return TaskFailure(
            .inputInvalid,
            message: """
                heartbeatSeconds is \(header.heartbeat.wholeSeconds), but this stage needs at least \(needed.wholeSeconds): \
                \(stopBudget.wholeSeconds) s to stop its tool and \(margin.wholeSeconds) s of margin.
                """,
            next: """
                Raise HeartbeatSeconds of the state, and heartbeatSeconds in its Parameters, to at least \
                \(needed.wholeSeconds), or lower the tool's graceSeconds in builderd.yaml.
                """
        )
    }
}

extension Duration {
    /// Cut to milliseconds.
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }

    /// Rounded up to seconds.
    var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
