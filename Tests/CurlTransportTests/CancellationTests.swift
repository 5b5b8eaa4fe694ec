import CurlTransport
import Synchronization
import Testing

@Suite("Cancellation and shutdown")
struct CancellationTests {
    @Test("before the call sends nothing")
    func before() async throws {
        let server = try LoopbackServer { connection, _ in connection.serve() }
        try await withTransport { transport in
            let task = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return await transport.failure(of: .post(server.url()))
            }
            let error = await task.value
            #expect(error?.code == .cancelled)
            #expect(error?.mayHaveBeenSent == false)
        }
        #expect(server.connectionCount == 0)
    }

    @Test("of a request under way returns at once and closes its connection")
    func during() async throws {
        let ended = Mutex(false)
        let server = try LoopbackServer { connection, _ in
            connection.readRequest()
            connection.hold()
            ended.withLock { $0 = true }
        }
        try await withTransport { transport in
            let task = Task { await transport.failure(of: .post(server.url(), limits: .init(whole: .seconds(60)))) }
            while server.requests.isEmpty { await Task.yield() }
            task.cancel()
            let error = await task.value
            #expect(error?.code == .cancelled)
            #expect(error?.mayHaveBeenSent == true)
            while !ended.withLock({ $0 }) { await Task.yield() }
            #expect(
                await transport.failure(of: .get(server.url(), limits: .init(whole: .milliseconds(100))))?.code
                    == .deadline
            )
        }
    }

    @Test("of a request that waits for a connection lets the others go on")
    func queued() async throws {
        let server = try LoopbackServer { connection, _ in
            connection.readRequest()
            connection.hold()
        }
        try await withTransport(.init(maximumConnections: 1)) { transport in
            let first = Task { await transport.failure(of: .post(server.url(), limits: .init(whole: .seconds(60)))) }
            while server.requests.isEmpty { await Task.yield() }
            let second = Task { await transport.failure(of: .post(server.url(), limits: .init(whole: .seconds(60)))) }
            second.cancel()
            let error = await second.value
            #expect(error?.code == .cancelled)
            #expect(error?.mayHaveBeenSent == false)
            first.cancel()
            #expect(await first.value?.code == .cancelled)
        }
        #expect(server.connectionCount == 1)
    }

    @Test("at any moment ends each exchange exactly once", arguments: 0..<4)
    func storm(_ seed: Int) async throws {
        let server = try LoopbackServer { connection, _ in connection.serve() }
        try await withTransport(.init(maximumConnections: 20)) { transport in
            let outcomes = await withTaskGroup(of: TransportError.Code?.self) { group in
                for _ in 0..<300 { group.addTask { await transport.failure(of: .post(server.url()))?.code } }
                var outcomes: [TransportError.Code?] = []
                for await outcome in group {
                    outcomes.append(outcome)
                    if outcomes.count == 20 + seed * 60 { group.cancelAll() }
                }
                return outcomes
            }
            #expect(outcomes.count == 300)
            #expect(outcomes.allSatisfy { $0 == nil || $0 == .cancelled })
            #expect(await transport.status(of: .post(server.url())) == 200)
        }
    }

    @Test("by shutdown ends what is in flight and what waits, and refuses what comes later")
    func shutdown() async throws {
        let server = try LoopbackServer { connection, _ in
            connection.readRequest()
            connection.hold()
        }
        let transport = try CurlTransport(configuration: .init(maximumConnections: 5))
        let errors = await withTaskGroup(of: TransportError?.self) { group in
            for _ in 0..<10 {
                group.addTask { await transport.failure(of: .post(server.url(), limits: .init(whole: .seconds(60)))) }
            }
            while server.requests.count < 5 { await Task.yield() }
            async let again: Void = transport.shutdown()
            await transport.shutdown()
            await again
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.count == 10)
        #expect(errors.allSatisfy { $0?.code == .shutDown })
        #expect(errors.count { $0?.mayHaveBeenSent == true } >= 5)
        let late = await transport.failure(of: .post(server.url()))
        #expect(late?.code == .shutDown)
        #expect(late?.mayHaveBeenSent == false)
        await transport.shutdown()
    }

    @Test("by going away closes the idle connections")
    func release() async throws {
        let ended = Mutex(false)
        let server = try LoopbackServer { connection, _ in
            connection.serve()
            ended.withLock { $0 = true }
        }
        do {
            let transport = try CurlTransport()
            #expect(await transport.status(of: .get(server.url())) == 200)
            #expect(!ended.withLock { $0 })
        }
        while !ended.withLock({ $0 }) { await Task.yield() }
    }
}
