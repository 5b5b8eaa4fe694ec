import FoundationEssentials
package import Logging

/// Keeps the credentials of a source fresh for everybody who signs.
///
/// - Newer ones are asked for 10 to 15 minutes before the old expire; meanwhile everybody goes on with the old.
/// - There is one refresh at a time. A caller that is cancelled stops waiting for it, and it goes on.
/// - A failure is told to those who waited for it and not remembered: the next call asks again.
/// - Static stability: where the source allows it, credentials that cannot be replaced are used past their expiration.
package actor RefreshingCredentials: CredentialProvider {
    /// Seconds before credentials that were refused, and came back the same, are asked for again.
    static let refusedPauseSeconds = 10.0

    private let source: any CredentialSource
    private let environment: AWSEnvironment
    private let logger: Logger
    private var held: HeldCredentials?
    private var refused: Credentials?
    private var refusedUntil: Date?
    private var refresh: Task<Void, Never>?
    private var waiting: [AsyncStream<Result<Credentials, AWSError>>.Continuation] = []
    private var lastFailure: String?

    /// Credentials of `source`, first asked for at the first call.
    ///
    /// - Parameters:
    ///   - source: where they come from.
    ///   - environment: time and randomness.
    ///   - logger: where failed refreshes and static stability are reported.
    package init(source: any CredentialSource, environment: AWSEnvironment, logger: Logger) {
        self.source = source
        self.environment = environment
        self.logger = logger
    }

    package func credentials() async throws(AWSError) -> Credentials {
        let now = environment.now()
        if let held, isUsable(held, now) {
            if held.isDue(now) { startRefresh() }
            return held.credentials
        }
        let (answers, continuation) = AsyncStream.makeStream(of: Result<Credentials, AWSError>.self)
        waiting.append(continuation)
        startRefresh()
        for await answer in answers { return try answer.get() }
        // Iteration ends without an answer only when this caller's task is cancelled.
        throw AWSError(
            code: .cancelled,
            kind: .cancelled,
            message: "waiting for credentials was cancelled",
            operation: "credentials.Fetch",
            attempts: 0
        )
    }

    package func invalidate(_ credentials: Credentials) async {
        guard held?.credentials == credentials, refused != credentials else { return }
        refused = credentials
        refusedUntil = nil
    }

    /// What is held now, for `/status`.
    package func snapshot() -> CredentialSnapshot {
        CredentialSnapshot(
            source: held?.credentials.source,
            expiration: held?.credentials.expiration,
            lastFailure: lastFailure,
            outlivesExpiration: held?.isExtended ?? false
        )
    }

    /// Whether newer credentials are being asked for; for tests, which could not tell "not asked" from "not asked yet".
    var isRefreshing: Bool { refresh != nil }

    private func isUsable(_ held: HeldCredentials, _ now: Date) -> Bool {
        guard refused == held.credentials else { return held.isGood(now) }
        return refusedUntil.map { now < $0 } ?? false
    }

    private func startRefresh() {
        guard refresh == nil else { return }
        let source = source
        // Owned by the actor: it ends itself by `finish`, and nobody cancels it.
        refresh = Task { finish(await Self.fetch(source)) }
    }

    /// Off the actor, so that a source that reads files holds nobody up.
    @concurrent
    private static func fetch(_ source: any CredentialSource) async -> Result<CredentialAnswer, CredentialProblem> {
        do {
            return .success(try await source.fetch())
        } catch {
            return .failure(error)
        }
    }

    private func finish(_ outcome: Result<CredentialAnswer, CredentialProblem>) {
        refresh = nil
        let answer: Result<Credentials, AWSError>
        switch outcome {
        case .success(.found(let credentials, let outlivesExpiration)):
            answer = accept(credentials, outlivesExpiration)
        case .success(.notConfigured(let reason)):
            answer = keepOld(CredentialProblem("there are no AWS credentials: \(reason)"))
        case .failure(let problem):
            answer = keepOld(problem)
        }
        let waited = waiting
        waiting = []
        for continuation in waited {
            continuation.yield(answer)
            continuation.finish()
        }
    }

    private func accept(_ credentials: Credentials, _ outlivesExpiration: Bool) -> Result<Credentials, AWSError> {
        let now = environment.now()
        var fresh = HeldCredentials(
            credentials,
            outlivesExpiration: outlivesExpiration,
            now: now,
            random: environment.random()
        )
        if !fresh.isGood(now) {
            let problem = CredentialProblem(
                "\(credentials.source) gave credentials that have expired already: check this host's clock and the source",
                kind: .transient
            )
            guard outlivesExpiration else { return keepOld(problem) }
            fresh.extend(now: now, random: environment.random())
            report(problem, "using expired credentials, the service will decide")
            lastFailure = problem.message
        } else {
            lastFailure = nil
        }
        held = fresh
        if refused == credentials {
            refusedUntil = now.addingTimeInterval(Self.refusedPauseSeconds)
        } else {
            refused = nil
            refusedUntil = nil
        }
        return .success(credentials)
    }

    /// What to do when there are no newer ones.
    private func keepOld(_ problem: CredentialProblem) -> Result<Credentials, AWSError> {
        lastFailure = problem.message
        let now = environment.now()
        guard var old = held else { return .failure(problem.awsError) }
        if old.isGood(now) {
            old.refreshAt = now.addingTimeInterval(HeldCredentials.retrySeconds(environment.random()))
            report(problem, "credentials were not refreshed, the old ones are good for now")
        } else if old.outlivesExpiration {
            old.extend(now: now, random: environment.random())
            report(problem, "credentials were not refreshed, using expired ones, the service will decide")
        } else {
            return .failure(problem.awsError)
        }
        held = old
        if refused == old.credentials { refusedUntil = now.addingTimeInterval(Self.refusedPauseSeconds) }
        return .success(old.credentials)
    }

    private func report(_ problem: CredentialProblem, _ what: String) {
        logger.warning("\(what)", metadata: ["reason": "\(problem.message)"])
    }
}
