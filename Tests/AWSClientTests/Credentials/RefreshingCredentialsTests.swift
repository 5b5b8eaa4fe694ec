import FoundationEssentials
import Logging
import Synchronization
import Testing

@testable import AWSClient

/// The refresher, with a source whose answers and whose moment of answering the test decides.
@Suite(.timeLimit(.minutes(1))) struct RefreshingCredentialsTests {
    private let clock = TestClock()

    private func credentials(_ key: String, lasts seconds: Double?) -> Credentials {
        Credentials(
            accessKeyID: key,
            secretAccessKey: "s",
            expiration: seconds.map { clock.now.addingTimeInterval($0) },
            source: "source of \(key)"
        )
    }

    private func provider(
        _ source: GatedSource,
        random: Double = 0.5,
        logger: Logger = Logger(label: "x", factory: { _ in SwiftLogNoOpLogHandler() })
    ) -> RefreshingCredentials {
        let clock = clock
        return RefreshingCredentials(
            source: source,
            environment: .fake(now: { clock.now }, random: random),
            logger: logger
        )
    }

    @Test("Nothing is asked for before the first call, and then once for all who wait")
    func firstCall() async throws {
        let source = GatedSource()
        let provider = provider(source)
        #expect(await provider.snapshot().source == nil)
        async let callers = withThrowingTaskGroup(of: Credentials.self) { group in
            for _ in 0..<50 { group.addTask { try await provider.credentials() } }
            return try await group.reduce(into: Set<Credentials>()) { $0.insert($1) }
        }
        let one = credentials("A", lasts: 3600)
        await source.answer(.success(.found(one, outlivesExpiration: false)))
        #expect(try await callers == [one])
        #expect(source.fetches == 1)
        let snapshot = await provider.snapshot()
        #expect(
            snapshot
                == CredentialSnapshot(
                    source: "source of A",
                    expiration: one.expiration,
                    lastFailure: nil,
                    outlivesExpiration: false
                )
        )
        #expect(snapshot.isValid(at: clock.now) && !snapshot.isValid(at: clock.now.addingTimeInterval(3600)))
    }

    @Test(
        "Refresh begins 10 to 15 minutes before expiration; everybody keeps the old until the new are there",
        arguments: [
            (0.0, 600.0), (0.5, 750.0), (0.999, 899.7),
        ]
    )
    func earlyRefresh(random: Double, lead: Double) async throws {
        let source = GatedSource()
        let provider = provider(source, random: random)
        try await prime(provider, source, "A", lasts: 3600)
        clock.advance(3600 - lead - 1)
        #expect(try await provider.credentials().accessKeyID == "A")
        #expect(await provider.isRefreshing == false)
        clock.advance(1)
        for _ in 0..<20 { #expect(try await provider.credentials().accessKeyID == "A") }
        await source.answer(.success(.found(credentials("B", lasts: 3600), outlivesExpiration: false)))
        try await until { try await provider.credentials().accessKeyID == "B" }
        #expect(source.fetches == 2)
    }

    @Test("Short-lived credentials are asked for at half their life, those for ever never")
    func shortAndEndless() async throws {
        let source = GatedSource()
        let short = provider(source)
        try await prime(short, source, "A", lasts: 600)
        clock.advance(299)
        _ = try await short.credentials()
        #expect(await short.isRefreshing == false)
        clock.advance(1)
        _ = try await short.credentials()
        await source.answer(.success(.found(credentials("B", lasts: nil), outlivesExpiration: false)))
        try await until { try await short.credentials().accessKeyID == "B" }
        clock.advance(1e9)
        #expect(try await short.credentials().accessKeyID == "B")
        #expect(await short.isRefreshing == false)
        #expect(source.fetches == 2)
    }

    @Test("A caller that is cancelled stops waiting; the refresh goes on for the others")
    func cancellation() async throws {
        let source = GatedSource()
        let provider = provider(source)
        let patient = Task { try await provider.credentials() }
        await source.waitUntilAsked()
        let impatient = Task { try await provider.credentials() }
        impatient.cancel()
        let error = try #require(await #expect(throws: AWSError.self) { try await impatient.value })
        #expect(error.code == .cancelled && error.kind == .cancelled)
        await source.answer(.success(.found(credentials("A", lasts: 3600), outlivesExpiration: false)))
        #expect(try await patient.value.accessKeyID == "A")
        #expect(source.fetches == 1)
        #expect(source.cancelledFetches == 0)
    }

    @Test("The cancellation of the caller that began the refresh does not reach it")
    func cancellationOfTheFirst() async throws {
        let source = GatedSource()
        let provider = provider(source)
        let first = Task { try await provider.credentials() }
        await source.waitUntilAsked()
        first.cancel()
        await #expect(throws: AWSError.self) { try await first.value }
        await source.answer(.success(.found(credentials("A", lasts: 3600), outlivesExpiration: false)))
        #expect(try await provider.credentials().accessKeyID == "A")
        #expect(source.fetches == 1 && source.cancelledFetches == 0)
    }

    @Test("A failure is told to those who waited and not remembered")
    func failureIsNotRemembered() async throws {
        let source = GatedSource()
        let provider = provider(source)
        let first = Task { try await provider.credentials() }
        await source.answer(.failure(CredentialProblem("the vault is sealed: unseal it", kind: .transient)))
        let error = try #require(await #expect(throws: AWSError.self) { try await first.value })
        #expect(error.code == .credentialsUnavailable && error.kind == .transient && error.message.contains("unseal"))
        #expect(await provider.snapshot().lastFailure == "the vault is sealed: unseal it")
        let second = Task { try await provider.credentials() }
        await source.answer(.success(.found(credentials("A", lasts: 3600), outlivesExpiration: false)))
        #expect(try await second.value.accessKeyID == "A")
        #expect(await provider.snapshot().lastFailure == nil)
    }

    @Test("A refresh that fails in good time is tried again 30 to 60 seconds later, not at every call")
    func failureInGoodTime() async throws {
        let source = GatedSource()
        let provider = provider(source)
        try await prime(provider, source, "A", lasts: 3600)
        clock.advance(3600 - 750)
        _ = try await provider.credentials()
        await source.answer(.failure(CredentialProblem("down", kind: .transient)))
        try await until { await provider.snapshot().lastFailure == "down" }
        clock.advance(44)
        for _ in 0..<10 { #expect(try await provider.credentials().accessKeyID == "A") }
        #expect(await provider.isRefreshing == false)
        #expect(source.fetches == 2)
        clock.advance(1)
        _ = try await provider.credentials()
        await source.answer(.success(.found(credentials("B", lasts: 3600), outlivesExpiration: false)))
        try await until { try await provider.credentials().accessKeyID == "B" }
    }

    @Test(
        "Static stability: metadata credentials that cannot be replaced are used past their expiration, with a warning, for 10 to 15 minutes at a time"
    )
    func staticStability() async throws {
        let source = GatedSource()
        let lines = LogLines()
        let provider = provider(source, logger: lines.logger)
        try await prime(provider, source, "A", lasts: 3600, outlives: true)
        clock.advance(4000)
        let waiter = Task { try await provider.credentials() }
        await source.answer(.failure(CredentialProblem("IMDS is down", kind: .transient)))
        #expect(try await waiter.value.accessKeyID == "A")
        #expect(lines.warnings.count == 1 && lines.warnings[0].contains("IMDS is down"))
        let snapshot = await provider.snapshot()
        #expect(snapshot.outlivesExpiration && snapshot.isValid(at: clock.now))
        clock.advance(749)
        #expect(try await provider.credentials().accessKeyID == "A")
        #expect(await provider.isRefreshing == false)
        #expect(source.fetches == 2)
        clock.advance(1)
        let next = Task { try await provider.credentials() }
        await source.answer(.success(.found(credentials("B", lasts: 3600), outlivesExpiration: true)))
        #expect(try await next.value.accessKeyID == "B")
        #expect(await provider.snapshot().outlivesExpiration == false)
    }

    @Test("Static stability: metadata that answers expired credentials is taken at its word, and asked again later")
    func expiredFromMetadata() async throws {
        let source = GatedSource()
        let lines = LogLines()
        let provider = provider(source, logger: lines.logger)
        let waiter = Task { try await provider.credentials() }
        await source.answer(.success(.found(credentials("OLD", lasts: -60), outlivesExpiration: true)))
        #expect(try await waiter.value.accessKeyID == "OLD")
        #expect(lines.warnings.count == 1)
        clock.advance(749)
        #expect(try await provider.credentials().accessKeyID == "OLD")
        #expect(await provider.isRefreshing == false)
        #expect(source.fetches == 1)
    }

    @Test(
        "Other credentials are not used past their expiration, and expired answers are errors",
        arguments: [true, false]
    )
    func noStaticStability(answersExpired: Bool) async throws {
        let source = GatedSource()
        let provider = provider(source)
        try await prime(provider, source, "A", lasts: 3600)
        clock.advance(3600)
        let waiter = Task { try await provider.credentials() }
        let answer: Result<CredentialAnswer, CredentialProblem> =
            answersExpired
            ? .success(.found(credentials("B", lasts: 0), outlivesExpiration: false))
            : .failure(CredentialProblem("denied"))
        await source.answer(answer)
        let error = try #require(await #expect(throws: AWSError.self) { try await waiter.value })
        #expect(error.message.contains(answersExpired ? "expired already" : "denied"))
        #expect(await provider.snapshot().isValid(at: clock.now) == false)
    }

    @Test("Credentials that the service refused are replaced at once, whatever their expiration says")
    func invalidated() async throws {
        let source = GatedSource()
        let provider = provider(source)
        try await prime(provider, source, "A", lasts: 3600)
        let old = try await provider.credentials()
        await provider.invalidate(old)
        let waiter = Task { try await provider.credentials() }
        await source.answer(.success(.found(credentials("B", lasts: 3600), outlivesExpiration: false)))
        #expect(try await waiter.value.accessKeyID == "B")
        await provider.invalidate(old)
        #expect(try await provider.credentials().accessKeyID == "B")
        #expect(await provider.isRefreshing == false)
        #expect(source.fetches == 2)
    }

    @Test(
        "Refused credentials that come back the same, or cannot be replaced, are used, and asked for again 10 seconds later",
        arguments: [true, false]
    )
    func refusedButTheOnlyOnes(comesBack: Bool) async throws {
        let source = GatedSource()
        let provider = provider(source)
        try await prime(provider, source, "A", lasts: 3600)
        let old = try await provider.credentials()
        await provider.invalidate(old)
        let waiter = Task { try await provider.credentials() }
        await source.answer(
            comesBack ? .success(.found(old, outlivesExpiration: false)) : .failure(CredentialProblem("down"))
        )
        #expect(try await waiter.value == old)
        await provider.invalidate(old)
        clock.advance(9)
        #expect(try await provider.credentials() == old)
        #expect(await provider.isRefreshing == false)
        #expect(source.fetches == 2)
        clock.advance(1)
        let next = Task { try await provider.credentials() }
        await source.answer(.success(.found(credentials("B", lasts: 3600), outlivesExpiration: false)))
        #expect(try await next.value.accessKeyID == "B")
    }

    private func prime(
        _ provider: RefreshingCredentials,
        _ source: GatedSource,
        _ key: String,
        lasts seconds: Double,
        outlives: Bool = false
    ) async throws {
        let waiter = Task { try await provider.credentials() }
        await source.answer(.success(.found(credentials(key, lasts: seconds), outlivesExpiration: outlives)))
        #expect(try await waiter.value.accessKeyID == key)
    }

    /// Lets others run until the condition holds; fails after 30 s.
    private func until(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !(try await condition()) {
            try #require(ContinuousClock.now < deadline, "it never came to it")
            await Task.yield()
        }
    }
}
