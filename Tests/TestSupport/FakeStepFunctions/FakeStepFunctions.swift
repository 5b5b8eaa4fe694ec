import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A scriptable Step Functions on 127.0.0.1 for fault tests: the operations of an activity worker in AWS JSON 1.0.
///
/// It checks every signature by itself, hands each token out once, holds polls, enforces HeartbeatSeconds, TimeoutSeconds and the
/// limits of the API, records everything, and does to any call what `ServerFault` describes.
///
///     let server = try await FakeStepFunctions.start()
///     let token = server.schedule(activity: arn, input: "{}")
///     server.inject(.actThenDrop, on: .sendTaskSuccess)
///     try await server.wait("the task to end") { $0.task(token)?.ending != nil }
///     try await server.shutDown()
package final class FakeStepFunctions: Sendable {
    /// How the server behaves when nothing is injected.
    package struct Options: Sendable {
        /// How long a poll is held when there is no task. Default 1 s (the service: 60 s).
        package var hold = Duration.seconds(1)
        /// Activities that exist; `nil` for all.
        package var activities: Set<String>?
        /// What a token that ended is answered with; `TaskTimedOut` by timeouts always.
        package var deadTokenError = "TaskDoesNotExist"
        /// Credentials that requests must be signed with.
        package var accessKeyID = "AKIDFAKESTEPFUNCTIONS"
        /// Their secret.
        package var secretAccessKey = "fake/secret+key"
        /// Their session token.
        package var sessionToken: String?
        /// Region that requests must be signed for.
        package var region = "eu-central-1"
        /// The service's clock for heartbeats and timeouts.
        package var now: @Sendable () -> ContinuousClock.Instant = { .now }

        /// The defaults.
        package init() {}
    }

    struct Rule: Sendable {
        var id: Int
        var operation: ServiceOperation
        var fault: ServerFault
        var skip: Int
        var left: Int
        var matches: @Sendable (ServerRecord.Call) -> Bool
    }

    struct OpenPoll: Sendable {
        var number: Int
        var client: FakeClient
        var activity: String
        var fault: ServerFault?
    }

    struct Waiter: Sendable {
        var number: Int
        var isFulfilled: @Sendable (ServerRecord) -> Bool
        var continuation: CheckedContinuation<Bool, Never>
    }

    struct State {
        var ledger: ActivityLedger
        var record = ServerRecord()
        var rules: [Rule] = []
        var polls: [OpenPoll] = []
        var waiters: [Waiter] = []
        var nextNumber = 1
    }

    let options: Options
    let check: SignatureCheck
    let state: Mutex<State>
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let listener: Mutex<(any Channel)?> = Mutex(nil)
    private let port: KeptPort

    private init(options: Options) throws {
        port = try KeptPort()
        self.options = options
        check = SignatureCheck(
            accessKeyID: options.accessKeyID,
            secretAccessKey: options.secretAccessKey,
            sessionToken: options.sessionToken,
            region: options.region,
            service: "states"
        )
        state = Mutex(
            State(ledger: ActivityLedger(activities: options.activities, deadTokenError: options.deadTokenError))
        )
    }

    /// Starts a server on a free port of 127.0.0.1.
    package static func start(_ options: Options = Options()) async throws -> FakeStepFunctions {
        let server = try FakeStepFunctions(options: options)
        try await server.listen()
        return server
    }

    /// `http://127.0.0.1:<port>`, the same after `goOnline`.
    package var url: String { "http://127.0.0.1:\(port.number)" }

    private func listen() async throws {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try channel.pipeline.syncOperations.addHandler(FakeConnection(server: self))
                }
            }
            .bind(host: "127.0.0.1", port: port.number).get()
        listener.withLock { $0 = channel }
    }

    /// Stops accepting connections: new ones are refused. Open ones stay.
    package func goOffline() async throws {
        let channel = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        try await channel?.close()
    }

    /// Accepts connections again, on the same port.
    package func goOnline() async throws { try await listen() }

    /// Closes everything.
    package func shutDown() async throws {
        try await goOffline()
        try await group.shutdownGracefully()
    }

    // MARK: Tasks and script

    /// Schedules a task and returns its token.
    @discardableResult
    package func schedule(
        activity: String,
        input: String,
        heartbeat: Duration? = nil,
        timeout: Duration? = nil
    ) -> String {
        let now = options.now()
        let token: String = state.withLock { state in
            let token =
                "AAAAKgAAAAIA" + String(state.nextNumber) + "x" + String(UInt64.random(in: .min ... .max), radix: 36)
                + "/+=="
            state.nextNumber += 1
            state.ledger.schedule(
                ServerRecord.Task(
                    token: token,
                    activity: activity,
                    input: input,
                    heartbeat: heartbeat,
                    timeout: timeout,
                    scheduled: now
                )
            )
            return token
        }
        servePolls()
        changed()
        return token
    }

    /// Ends a task as StopExecution would.
    package func stop(_ token: String) {
        state.withLock { $0.ledger.stop(token) }
        changed()
    }

    /// Does `fault` to the `next` calls of `operation` that `matches` accepts, after `skipping` of them. Earlier injections come first.
    package func inject(
        _ fault: ServerFault,
        on operation: ServiceOperation,
        next count: Int = 1,
        skipping: Int = 0,
        where matches: @escaping @Sendable (ServerRecord.Call) -> Bool = { _ in true }
    ) {
        state.withLock { state in
            state.nextNumber += 1
            state.rules.append(
                Rule(
                    id: state.nextNumber,
                    operation: operation,
                    fault: fault,
                    skip: skipping,
                    left: count,
                    matches: matches
                )
            )
        }
    }

    /// Takes back every injection.
    package func heal() { state.withLock { $0.rules = [] } }

    /// What happened so far; tasks that have run out of time by now have ended.
    package var record: ServerRecord {
        let now = options.now()
        return state.withLock { state in
            state.ledger.expire(now)
            return Self.record(&state)
        }
    }

    /// Returns when `isFulfilled` accepts the record; looks after every change.
    ///
    /// - Throws: `Timeout` after `limit`, 30 s by default.
    package func wait(
        _ what: String,
        limit: Duration = .seconds(30),
        _ isFulfilled: @escaping @Sendable (ServerRecord) -> Bool
    ) async throws {
        let number: Int = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        let alarm = Task { [self] in
            try await Task.sleep(for: limit)
            let waiter: Waiter? = state.withLock { state in
                guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(returning: false)
        }
        defer { alarm.cancel() }
        let came = await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if isFulfilled(Self.record(&state)) { return true }
                state.waiters.append(Waiter(number: number, isFulfilled: isFulfilled, continuation: continuation))
                return false
            }
            if now { continuation.resume(returning: true) }
        }
        if !came { throw Timeout(description: "timed out after \(limit) waiting for \(what)") }
    }

    /// What was waited for did not come.
    package struct Timeout: Error, CustomStringConvertible {
        package var description: String
    }

    static func record(_ state: inout State) -> ServerRecord {
        var record = state.record
        record.tasks = state.ledger.tasks
        record.violations += state.ledger.violations
        record.openPolls = state.polls.count
        return record
    }

    func changed() {
        let fulfilled: [Waiter] = state.withLock { state in
            guard !state.waiters.isEmpty else { return [] }
            let record = Self.record(&state)
            let fulfilled = state.waiters.filter { $0.isFulfilled(record) }
            state.waiters.removeAll { waiter in fulfilled.contains { $0.number == waiter.number } }
            return fulfilled
        }
        for waiter in fulfilled { waiter.continuation.resume(returning: true) }
    }
}
