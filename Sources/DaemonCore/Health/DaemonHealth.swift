import AWSClient
import ActivityWorker
import CurlTransport
import FoundationEssentials
import Observability
import SystemdSupport

/// What the health socket and the watchdog are told. Every answer is made from what was observed at that moment.
struct DaemonHealth: HealthSource {
    let workers: [StageWorker]
    let journal: FileJournal
    let workFolder: WorkFolder
    let credentials: RefreshingCredentials
    let registry: MetricsRegistry
    let life: DaemonLife
    let tools: StatusDocument.Tools
    let pauses: StagePauses
    let log: LogMeter
    let started: ContinuousClock.Instant

    func livez() async -> HealthAnswer { HealthAnswer(reasons: StageLiveness.hangs(workers.map { $0.snapshot() })) }

    func readyz() async -> HealthAnswer {
        let held = await credentials.snapshot()
        let obstacle = await journal.obstacle()
        var answer = ReadinessRules.evaluate(
            stages: workers.map { Self.readiness($0.snapshot()) },
            credentials: Self.observed(held),
            journal: obstacle.map { .failing($0.message) } ?? .writable,
            workFolder: workFolder.obstacle().map { .failing($0) } ?? .usable
        )
        if life.phase.rank > DaemonPhase.running.rank {
            answer.reasons.append(
                HealthReason(
                    subject: "daemon",
                    problem: "it is \(life.phase.rawValue)",
                    next: "wait for its end, or start it again"
                )
            )
        }
        return answer
    }

    func status() async -> String {
        let held = await credentials.snapshot()
        let counts = journal.counts
        let obstacle = await journal.obstacle()
        let paused = await pauses.current
        let logged = log.counts
        return StatusDocument(
            version: BuilderdVersion.text,
            phase: life.phase.rawValue,
            uptimeSeconds: Int(started.duration(to: .now).components.seconds),
            stages: workers.map { $0.snapshot() }.map { StatusDocument.Stage($0, pause: paused[$0.stage]) },
            credentials: StatusDocument.Credentials(
                source: held.source,
                expiresInSeconds: held.expiration?.timeIntervalSinceNow,
                pastExpiration: held.outlivesExpiration,
                lastFailure: held.lastFailure
            ),
            journal: StatusDocument.Journal(
                open: counts.open,
                history: counts.history,
                quarantined: counts.quarantined,
                problem: obstacle?.message
            ),
            tools: tools,
            log: StatusDocument.Log(waiting: logged.waiting, dropped: logged.dropped)
        ).json
    }

    func metrics() async -> String {
        let metrics = DaemonMetrics(factory: registry)
        for snapshot in workers.map({ $0.snapshot() }) {
            metrics.stage(
                snapshot.stage,
                paused: snapshot.paused,
                openPolls: snapshot.openPolls.count,
                leaseLeft: snapshot.tasks.compactMap(\.leaseLeft).min()
            )
        }
        let counts = journal.counts
        metrics.journal(
            open: counts.open,
            ended: counts.history,
            quarantined: counts.quarantined,
            isWritable: await journal.obstacle() == nil
        )
        for (folder, path) in [("state", journal.folder), ("work", workFolder.path)] {
            if let bytes = FolderSpace(path)?.free { metrics.free(bytes: bytes, of: folder) }
        }
        metrics.process(.now())
        if let expiration = await credentials.snapshot().expiration {
            metrics.credentialsExpire(secondsSince1970: expiration.timeIntervalSince1970)
        }
        log.update(metrics)
        return registry.render()
    }

    private static func observed(_ held: CredentialSnapshot) -> ReadinessRules.Credentials {
        guard held.source != nil else { return .missing(held.lastFailure ?? "none were asked for yet") }
        // Past their expiration by static stability they are still signed with, and the service decides.
        if held.outlivesExpiration { return .valid(left: nil) }
        return .valid(left: held.expiration.map { .seconds($0.timeIntervalSinceNow) })
    }

    /// A connection is established or has failed within the transport's connect limit, so a poll that is older stands on one.
    private static func readiness(_ snapshot: StageSnapshot) -> StageReadiness {
        let connected = ExchangeLimits().connect + .seconds(1)
        return StageReadiness(
            name: snapshot.stage,
            lastPollAge: snapshot.lastCompletedPoll,
            openPolls: snapshot.openPolls.map { StageReadiness.OpenPoll(age: $0, isConnected: $0 > connected) },
            slots: snapshot.slots,
            busySlotsInTime: snapshot.tasks.map { ($0.leaseLeft ?? .seconds(1)) > .zero },
            isPaused: snapshot.paused,
            lastPollProblem: snapshot.problem
        )
    }
}
