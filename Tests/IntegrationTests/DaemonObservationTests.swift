import Foundation
import TestSupport
import Testing

/// What an operator and systemd see of the real executable.
@Suite(.enabled(if: BuilderdProcess.executable != nil, "BUILDERD_TEST_BUILDERD is not set: run Tests/run"))
struct DaemonObservationTests {
    @Test func `status and metrics show the task that runs, its step and its lease`() async throws {
        let server = try await FakeStepFunctions.start()
        let silent = try SilentPort()
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: server.url)
        daemon.environment["AWS_ENDPOINT_URL_S3"] = silent.url
        try daemon.start()
        let token = server.schedule(
            activity: DaemonProcessTests.activity,
            input: DaemonProcessTests.envelope(action: "run"),
            heartbeat: .seconds(120)
        )
        try await server.wait("the first heartbeat") { !($0.task(token)?.heartbeats.isEmpty ?? true) }
        let status = try await daemon.status { $0.stages.first?.tasks.first?.step == "manifest" }
        #expect(!status.version.isEmpty && status.phase == "running")
        #expect(status.stages.map(\.stage) == ["preProvision"])
        let stage = status.stages[0]
        #expect((stage.slots, stage.busy, stage.paused) == (2, 1, false))
        let task = stage.tasks[0]
        #expect(task.execution == "arn:aws:states:eu-central-1:123456789012:execution:release:hello-dev-1")
        #expect(task.application == "hello")
        #expect(task.ageSeconds >= 0)
        // Heartbeat 120 s less the stop budget, from an acknowledged heartbeat on.
        #expect((0.1...120).contains(task.leaseLeftSeconds ?? 0))
        #expect(status.credentials.source != nil)
        #expect(status.journal.open == 1)

        let metrics = try await daemon.get("/metrics").body.split(separator: "\n")
        for line in [
            #"builderd_slots{stage="preProvision"} 2"#, #"builderd_slots_busy{stage="preProvision"} 1"#,
            #"builderd_tasks_claimed_total{stage="preProvision"} 1"#,
        ] {
            #expect(metrics.contains { $0 == line }, "\(line) is not in \(metrics)")
        }
        let whole = try await daemon.get("/status").body + metrics.joined()
        #expect(!whole.contains(token) && !whole.contains("fake/secret+key"))
        await daemon.killHard()
        try await server.shutDown()
    }

    @Test func `systemd is told READY without waiting for AWS, of the watchdog, and STOPPING`() async throws {
        // Nothing listens there.
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: "http://127.0.0.1:9")
        let notified = try NotifySocket(path: daemon.folder.path + "/notify")
        daemon.environment["NOTIFY_SOCKET"] = notified.path
        // The first ping comes at once and the next after 30 s: a socket that is not read for long holds but a few datagrams.
        daemon.environment["WATCHDOG_USEC"] = "60000000"
        try daemon.start()
        try await notified.wait { lines in lines.contains("READY=1") && lines.contains("WATCHDOG=1") }
        #expect(await !notified.lines.contains("STOPPING=1"))
        #expect(try await daemon.get("/readyz").status == 503)
        #expect(try await daemon.get("/livez").status == 200)
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        try await notified.wait { lines in lines.contains("STOPPING=1") }
        let lines = await notified.lines
        #expect(lines.filter { $0 == "READY=1" }.count == 1)
        #expect(lines.firstIndex(of: "READY=1") ?? 0 < lines.firstIndex(of: "STOPPING=1") ?? 0)
        #expect(lines.contains { $0.hasPrefix("STATUS=") })
    }

    @Test
    func `check-config says that a configuration is valid, or everything that is wrong with it, and starts nothing`()
        async throws
    {
        let good = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: "http://127.0.0.1:9")
        try good.start(["check-config"])
        #expect(await good.waitForExit() == 0)
        #expect(
            good.log.contains("valid") && good.log.contains("preProvision: 2 slot(s), \(DaemonProcessTests.activity)")
        )
        #expect(!FileManager.default.fileExists(atPath: good.folder.path + "/state"))

        let bad = try BuilderdProcess(
            configuration: "aws: {region: eu-central-1}\nactivities: {bakery: {arn: nonsense, slots: 65}}\nextra: 1",
            server: "http://127.0.0.1:9"
        )
        bad.environment["BUILDERD_LOG_LEVEL"] = "loud"
        try bad.start(["check-config"])
        #expect(await bad.waitForExit() == 78)
        #expect(bad.log.contains("extra"), "\(bad.log)")
        #expect(!FileManager.default.fileExists(atPath: bad.folder.path + "/state"))
    }

    @Test(arguments: ["run", "check-config"])
    func `an OpenSSL without SHA-256 is a start-up error that says what to do`(command: String) async throws {
        let daemon = try BuilderdProcess(configuration: DaemonProcessTests.configuration, server: "http://127.0.0.1:9")
        try daemon.folder.write(
            "openssl.cnf",
            "openssl_conf = init\n[init]\nproviders = providers\n[providers]\nnull = null\n[null]\nactivate = 1\n"
        )
        daemon.environment["OPENSSL_CONF"] = daemon.folder.path + "/openssl.cnf"
        try daemon.start([command])
        #expect(await daemon.waitForExit() == 78, "\(daemon.log)")
        for text in [
            "1 problem in", "OPENSSL_CONF=\(daemon.folder.path)/openssl.cnf", "no provider of SHA-256", "FIPS",
        ] {
            #expect(daemon.log.contains(text), "\(daemon.log)")
        }
        #expect(!FileManager.default.fileExists(atPath: daemon.folder.path + "/state"))
    }

    @Test(arguments: [
        (["version"], "builderd "), (["check-config", "--keys"], "BUILDERD_ACTIVITIES_PRE_PROVISION_ARN"),
    ])
    func `what needs no configuration asks for none`(arguments: [String], text: String) async throws {
        let daemon = try BuilderdProcess(configuration: "nonsense: 1", server: "http://127.0.0.1:9")
        try daemon.start(arguments)
        #expect(await daemon.waitForExit() == 0, "\(daemon.log)")
        #expect(daemon.log.contains(text), "\(daemon.log)")
    }
}

/// The parts of `/status` that are promised.
private struct Status: Decodable {
    struct Stage: Decodable {
        var stage: String
        var slots: Int
        var busy: Int
        var paused: Bool
        var tasks: [Task]
    }

    struct Task: Decodable {
        var execution: String?
        var application: String?
        var step: String?
        var ageSeconds: Double
        var leaseLeftSeconds: Double?
    }

    struct Credentials: Decodable { var source: String? }
    struct Journal: Decodable { var open: Int }

    var version: String
    var phase: String
    var stages: [Stage]
    var credentials: Credentials
    var journal: Journal
}

extension BuilderdProcess {
    /// Asks `/status` until it is as wanted.
    fileprivate func status(_ isWanted: (Status) -> Bool) async throws -> Status {
        let deadline = ContinuousClock.now + .seconds(30)
        var last = ""
        while ContinuousClock.now < deadline {
            last = try await get("/status").body
            let status = try JSONDecoder().decode(Status.self, from: Data(last.utf8))
            if isWanted(status) { return status }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NeverAnswered(description: "status was never as wanted; last: \(last)\n\(log)")
    }
}
