import CurlTransport
import Foundation
import TestSupport
import Testing

/// The real executable against the fake Step Functions: started, stopped and killed.
@Suite(.enabled(if: BuilderdProcess.executable != nil, "BUILDERD_TEST_BUILDERD is not set: run Tests/run"))
struct DaemonProcessTests {
    static let activity = "arn:aws:states:eu-central-1:123456789012:activity:pre"
    static let configuration = """
        aws: {region: eu-central-1}
        activities: {preProvision: {arn: "\(activity)", slots: 2}}
        """

    @Test func `a ping is answered and SIGTERM drains to exit 0`() async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        try daemon.start()
        let token = server.schedule(activity: Self.activity, input: Self.envelope(action: "ping"))
        try await server.wait("the ping's answer") { $0.task(token)?.ending != nil }
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        guard case .succeeded(let output) = server.record.task(token)?.ending else {
            Issue.record("the ping ended as \(String(describing: server.record.task(token)?.ending))\n\(daemon.log)")
            return
        }
        #expect(output.contains("preProvision"))
        #expect(server.record.violations == [])
        #expect(!daemon.log.contains(token), "the token is in the log")
        #expect(!daemon.log.contains("fake/secret+key"), "the secret key is in the log")
        try await server.shutDown()
    }

    @Test func `after kill -9 in the middle of a stage the next start goes on with the same token`() async throws {
        let server = try await FakeStepFunctions.start()
        let silent = try SilentPort()
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        daemon.environment["AWS_ENDPOINT_URL_S3"] = silent.url
        try daemon.start()
        let token = server.schedule(
            activity: Self.activity,
            input: Self.envelope(action: "run"),
            heartbeat: .seconds(120)
        )
        try await server.wait("the first heartbeat") { !($0.task(token)?.heartbeats.isEmpty ?? true) }
        await daemon.killHard()
        #expect(server.record.task(token)?.ending == nil, "the task ended before the kill")
        let before = server.record.task(token)?.heartbeats.count ?? 0
        try daemon.start()
        try await server.wait("a heartbeat of the next start") { ($0.task(token)?.heartbeats.count ?? 0) > before }
        #expect(daemon.log.contains("task of an earlier process of builderd resumed"))
        // It waits for S3, which never answers, until it is interrupted.
        daemon.signal(SIGTERM)
        try await server.wait("the end of the drain's polls") { $0.openPolls == 0 }
        daemon.signal(SIGTERM)
        try await server.wait("the report") { $0.task(token)?.ending != nil }
        #expect(await daemon.waitForExit() == 0)
        guard case .failed(let error, let cause) = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(daemon.log)")
            return
        }
        #expect(error == "Builder.Interrupted")
        let parsed = try JSONSerialization.jsonObject(with: Data(cause.utf8)) as? [String: Any]
        #expect(parsed?["next"] as? String != nil)
        #expect(server.record.task(token)?.lateReports == [])
        try await server.shutDown()
    }

    @Test func `kill -9 with an unreported outcome reports it after the restart`() async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        server.inject(.reset, on: .sendTaskSuccess, next: .max)
        try daemon.start()
        let token = server.schedule(activity: Self.activity, input: Self.envelope(action: "ping"))
        try await server.wait("a report") { !$0.calls(.sendTaskSuccess).isEmpty }
        await daemon.killHard()
        #expect(server.record.task(token)?.ending == nil)
        server.heal()
        try daemon.start()
        try await server.wait("the report") { $0.task(token)?.ending != nil }
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        guard case .succeeded = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(daemon.log)")
            return
        }
        try await server.shutDown()
    }

    @Test func `a second daemon on the same state folder refuses and names the first`() async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        try daemon.start()
        try await server.wait("a poll") { $0.openPolls > 0 }
        let second = Process()
        second.executableURL = URL(filePath: try #require(BuilderdProcess.executable))
        second.arguments = ["run", "--config", daemon.folder.path + "/builderd.yaml"]
        second.environment = daemon.environment
        let output = Pipe()
        second.standardError = output
        second.standardOutput = output
        try second.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        second.waitUntilExit()
        #expect(second.terminationStatus == 1)
        #expect(text.contains("state"), "\(text)")
        await daemon.killHard()
        try await server.shutDown()
    }

    @Test func `a broken configuration exits with 78 and lists every problem`() async throws {
        let daemon = try BuilderdProcess(configuration: "aws: {regoin: x}\nextra: 1", server: "http://127.0.0.1:1")
        try daemon.start()
        #expect(await daemon.waitForExit() == 78)
        #expect(daemon.log.contains("aws.regoin"))
        #expect(daemon.log.contains("extra"))
    }

    @Test func `without credentials the daemon stays up, takes nothing and says what to do`() async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        daemon.environment["AWS_ACCESS_KEY_ID"] = nil
        daemon.environment["AWS_SECRET_ACCESS_KEY"] = nil
        try daemon.start()
        // At first it says that none were asked for yet.
        let answer = try await daemon.readiness { $0.status == 503 && $0.body.contains("AWS_ACCESS_KEY_ID") }
        #expect(answer.body.contains("credentials: "), "\(answer.body)")
        #expect(server.record.calls.isEmpty)
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        try await server.shutDown()
    }

    @Test func `SIGHUP leaves it running`() async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        try daemon.start()
        try await server.wait("a poll") { $0.openPolls > 0 }
        daemon.signal(SIGHUP)
        let token = server.schedule(activity: Self.activity, input: Self.envelope(action: "ping"))
        try await server.wait("the ping's answer") { $0.task(token)?.ending != nil }
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        try await server.shutDown()
    }

    @Test func `a host that cannot make workspaces refuses to start`() async throws {
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: "http://127.0.0.1:1")
        daemon.environment["BUILDERD_PATHS_WORK"] = "/proc/builderd"
        try daemon.start()
        #expect(await daemon.waitForExit() == 78)
        #expect(daemon.log.contains("paths.work"), "\(daemon.log)")
    }

    @Test func `wrong credentials and an activity that does not exist are told and never crash it`() async throws {
        var options = FakeStepFunctions.Options()
        options.activities = ["arn:aws:states:eu-central-1:123456789012:activity:other"]
        let server = try await FakeStepFunctions.start(options)
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        try daemon.start()
        let answer = try await daemon.readiness { $0.status == 503 && $0.body.contains("ActivityDoesNotExist") }
        #expect(answer.body.contains("preProvision"))
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)

        daemon.environment["AWS_SECRET_ACCESS_KEY"] = "another-secret-entirely"
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 503 && $0.body.contains("InvalidSignature") }
        #expect(!daemon.log.contains("another-secret-entirely"))
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        try await server.shutDown()
    }

    @Test func `the service going away and coming back loses nothing`() async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        try daemon.start()
        try await server.wait("a poll") { $0.openPolls > 0 }
        try await server.goOffline()
        server.inject(.reset, on: .getActivityTask, next: 4)
        try await server.goOnline()
        let token = server.schedule(activity: Self.activity, input: Self.envelope(action: "ping"))
        try await server.wait("the ping's answer") { $0.task(token)?.ending != nil }
        let ready = try await daemon.readiness { $0.status == 200 }
        #expect(ready.status == 200)
        await daemon.killHard()
        try await server.shutDown()
    }

    @Test func `a workspace that no claim accounts for is removed at the start, others are left alone`() async throws {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        try daemon.folder.write("work/0123456789abcdef/secrets", "[]")
        try daemon.folder.write("work/not-a-task/file", "")
        try daemon.start()
        try await daemon.logged("belongs to no task")
        let orphan = daemon.folder.path + "/work/0123456789abcdef"
        while FileManager.default.fileExists(atPath: orphan) { try await Task.sleep(for: .milliseconds(10)) }
        #expect(FileManager.default.fileExists(atPath: daemon.folder.path + "/work/not-a-task/file"))
        await daemon.killHard()
        try await server.shutDown()
    }

    @Test func `an envelope as large as the service takes is worked, one that is no envelope is refused by name`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        try daemon.start()
        // Quotes and control characters double or sextuple on the wire.
        let envelope = Self.envelope(action: "ping")
        let room = 262_144 - envelope.utf8.count - #"{"bakery":{"x":""}}"#.utf8.count + 2
        let filler = String(repeating: #"\\\"\u0001ü"#, count: room / 12)
        let large = envelope.replacing(#""stages": {}"#, with: #""stages": {"bakery":{"x":"\#(filler)"}}"#)
        try #require((262_000...262_144).contains(large.utf8.count), "\(large.utf8.count)")
        let inputs = [
            (large, nil), ("\(large)x", "Builder.InputInvalid"), ("not json", "Builder.InputInvalid"),
            ("", "Builder.InputInvalid"),
            (envelope.replacing("\"schema\": 1", with: "\"schema\": 2"), "Builder.InputInvalid"),
            (envelope.replacing("preProvision", with: "bakery"), "Builder.InputInvalid"),
            (String(repeating: "[", count: 262_144), "Builder.InputInvalid"),
            (
                envelope.replacing("\"heartbeatSeconds\": 120", with: "\"heartbeatSeconds\": 20")
                    .replacing("ping", with: "run"), "Builder.InputInvalid"
            ),
        ]
        let tokens = inputs.map { server.schedule(activity: Self.activity, input: $0.0) }
        try await server.wait("every answer") { record in tokens.allSatisfy { record.task($0)?.ending != nil } }
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        for (token, input) in zip(tokens, inputs) {
            switch server.record.task(token)?.ending {
            case .succeeded: #expect(input.1 == nil, "\(input.0.prefix(100))")
            case .failed(let error, let cause):
                #expect(error == input.1, "\(cause)")
                let parsed = try JSONSerialization.jsonObject(with: Data(cause.utf8)) as? [String: Any]
                #expect((parsed?["next"] as? String)?.isEmpty == false)
            case let other: Issue.record("ended as \(String(describing: other))")
            }
            #expect(!daemon.log.contains(token))
        }
        #expect(server.record.violations == [])
        try await server.shutDown()
    }

    @Test func `a journal that cannot be written makes the daemon unready until it can, and takes no task down`()
        async throws
    {
        let server = try await FakeStepFunctions.start()
        let daemon = try BuilderdProcess(configuration: Self.configuration, server: server.url)
        try daemon.start()
        _ = try await daemon.readiness { $0.status == 200 }
        // A file where the folder was: no permission stops a test that runs as root.
        let tasks = daemon.folder.path + "/state/tasks"
        try FileManager.default.moveItem(atPath: tasks, toPath: tasks + "-away")
        try daemon.folder.write("state/tasks", "")
        let unrecorded = server.schedule(activity: Self.activity, input: Self.envelope(action: "ping"))
        let answer = try await daemon.readiness { $0.status == 503 && $0.body.contains("journal") }
        #expect(answer.body.contains("state"), "\(answer.body)")
        #expect(try await daemon.get("/livez").status == 200)
        try await server.wait("the failure") { $0.task(unrecorded)?.ending != nil }
        guard case .failed("Builder.Interrupted", _) = server.record.task(unrecorded)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(unrecorded)?.ending))\n\(daemon.log)")
            return
        }
        try FileManager.default.removeItem(atPath: tasks)
        try FileManager.default.moveItem(atPath: tasks + "-away", toPath: tasks)
        _ = try await daemon.readiness { $0.status == 200 }
        let token = server.schedule(activity: Self.activity, input: Self.envelope(action: "ping"))
        try await server.wait("the ping's answer") { $0.task(token)?.ending != nil }
        await daemon.killHard()
        try await server.shutDown()
    }

    static func envelope(action: String) -> String {
        """
        {"schema": 1, "action": "\(action)", "stage": "preProvision",
         "execution": "arn:aws:states:eu-central-1:123456789012:execution:release:hello-dev-1",
         "entered": "\(Date().ISO8601Format())", "attempt": 0, "heartbeatSeconds": 120, "timeoutSeconds": 900,
         "release": {"applicationId": "hello", "environment": "dev", "version": "1.0.0",
           "manifest": "s3://manifests/hello.yaml", "commit": "0123abc", "build": "1", "requestedBy": "test"},
         "stages": {}}
        """
    }
}

extension BuilderdProcess {
    /// Asks `/readyz` over the health socket until `isWanted` accepts an answer.
    ///
    /// - Throws: `NeverAnswered` after 30 s, with the last answer and the log.
    func readiness(_ isWanted: (Answer) -> Bool) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(30)
        var last: Answer?
        while ContinuousClock.now < deadline {
            last = try? await get("/readyz")
            if let last, isWanted(last) { return last }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw NeverAnswered(description: "readyz never answered as wanted; last: \(String(describing: last))\n\(log)")
    }

    /// One GET over the health socket.
    func get(_ path: String) async throws -> Answer {
        let transport = try CurlTransport()
        let request = HTTPRequest(
            method: "GET",
            url: "http://builderd" + path,
            route: .unixSocket(folder.path + "/health.sock")
        )
        let response = try await transport.exchange(request)
        await transport.shutdown()
        return Answer(status: response.status, body: String(decoding: response.body, as: UTF8.self))
    }

    /// The wanted answer did not come.
    struct NeverAnswered: Error, CustomStringConvertible {
        var description: String
    }

    /// A health answer.
    struct Answer {
        var status: Int
        var body: String
    }
}
