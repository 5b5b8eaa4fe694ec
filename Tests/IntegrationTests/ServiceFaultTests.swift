import AWSClient
import ActivityWorker
import CurlTransport
import DaemonCore
import Foundation
import Logging
import Pipeline
import Stages
import TestSupport
import Testing

/// A service that a stage needs is down, slow or talks nonsense: the failure that the state machine sees has a stable name and says
/// what to do.
@Suite struct ServiceFaultTests {
    /// What the service does.
    enum Fault: String, CaseIterable, CustomTestStringConvertible {
        case down, reset, noAnswer, truncated, garbage, html, htmlError, emptyAnswer, failing, throttled, denied,
            expired, absent, refused
        var testDescription: String { rawValue }

        var name: String {
            switch self {
            case .throttled: "AWS.Throttled"
            case .denied, .expired: "AWS.AccessDenied"
            case .absent: "AWS.NotFound"
            case .refused: "AWS.Rejected"
            default: "AWS.Unavailable"
            }
        }

        var bytes: String {
            switch self {
            case .down, .reset, .noAnswer: ""
            case .truncated: "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n{\"Parameter\":{\"Value\":\""
            case .garbage: "SSH-2.0-OpenSSH_9.2p1\r\n"
            case .html: Self.http(200, "<html><body>Please sign in to the network</body></html>")
            case .htmlError: Self.http(503, "<html><body>Bad gateway</body></html>")
            case .emptyAnswer: Self.http(200, "")
            case .failing: Self.http(500, #"{"__type":"InternalServerError","message":"scripted"}"#)
            case .throttled: Self.http(400, #"{"__type":"ThrottlingException","message":"scripted"}"#)
            case .denied: Self.http(400, #"{"__type":"AccessDeniedException","message":"scripted"}"#)
            case .expired: Self.http(400, #"{"__type":"ExpiredTokenException","message":"scripted"}"#)
            case .absent: Self.http(400, #"{"__type":"ParameterNotFound","message":"scripted"}"#)
            case .refused: Self.http(400, #"{"__type":"ValidationException","message":"scripted"}"#)
            }
        }

        private static func http(_ status: Int, _ body: String) -> String {
            "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        }
    }

    static let activity = "arn:aws:states:eu-central-1:123456789012:activity:bakery"

    @Test(
        .enabled(if: BuilderdProcess.executable != nil, "BUILDERD_TEST_BUILDERD is not set: run Tests/run"),
        arguments: Fault.allCases
    )
    func `the daemon reports a service's fault by a stable name`(fault: Fault) async throws {
        let server = try await FakeStepFunctions.start()
        let faulty = try FaultyServer(fault.bytes, resets: fault == .reset)
        let daemon = try BuilderdProcess(
            configuration: "aws: {region: eu-central-1}\nactivities: {bakery: {arn: \"\(Self.activity)\"}}",
            server: server.url
        )
        daemon.environment["AWS_ENDPOINT_URL_SSM"] = fault == .down ? "http://127.0.0.1:9" : faulty.url
        try daemon.start()
        let token = server.schedule(activity: Self.activity, input: Self.envelope, heartbeat: .seconds(300))
        try await server.wait("the report") { $0.task(token)?.ending != nil }
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForExit() == 0)
        guard case .failed(let error, let text) = server.record.task(token)?.ending else {
            Issue.record("ended as \(String(describing: server.record.task(token)?.ending))\n\(daemon.log)")
            return
        }
        #expect(error == fault.name, "\(text)")
        let cause = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect((cause["message"] as? String)?.contains("/builderd/hello/bakery:3") == true, "\(text)")
        #expect((cause["next"] as? String)?.isEmpty == false)
        #expect(cause["stage"] as? String == "bakery")
        #expect(server.record.task(token)?.lateReports == [] && server.record.violations == [])
        for secret in [token, "fake/secret+key"] { #expect(!daemon.log.contains(secret) && !text.contains(secret)) }
        try await server.shutDown()
    }

    @Test func `a service that takes the call and never answers is unavailable`() async throws {
        let silent = try SilentPort()
        let folder = try TemporaryFolder()
        let logger = Logger(label: "slow") { _ in SwiftLogNoOpLogHandler() }
        let aws = AWSConfiguration(
            transport: ImpatientTransport(transport: try CurlTransport(), whole: .milliseconds(300)),
            credentials: StaticCredentials(Credentials(accessKeyID: "a", secretAccessKey: "secret", source: "test")),
            region: "eu-central-1",
            endpoints: EndpointResolver(everyService: silent.url),
            userAgent: "builderd-tests",
            logger: logger
        )
        let settings = StageSettings(
            catalogueDirectory: folder.path,
            environmentsDirectory: folder.path,
            kmsKey: "alias/key",
            artifactsBucket: "artifacts",
            stateBucket: "state",
            inventoryTable: "table"
        )
        let redactor = try TaskRedactor(workspace: folder.path)
        let context = TaskContext(
            id: "1",
            stage: "bakery",
            header: try EnvelopeHeader(stage: .bakery).decode(Self.envelope),
            input: Self.envelope,
            workspace: folder.path,
            redactor: redactor,
            logger: logger,
            runtime: SupervisedTaskRuntime(workspace: folder.path, redactor: redactor, logger: logger)
        )
        let stage = BakeryStage(environment: StageEnvironment(aws: aws, settings: settings))
        let failure = await #expect(throws: TaskFailure.self) { try await stage.run(context) }
        #expect(failure?.error == "AWS.Unavailable")
        #expect(
            failure?.message.contains("300 ms") == true || failure?.message.contains("0.3 s") == true,
            "\(failure?.message ?? "")"
        )
    }

    static let envelope = """
        {"schema": 1, "action": "run", "stage": "bakery",
         "execution": "arn:aws:states:eu-central-1:123456789012:execution:release:hello-dev-1",
         "entered": "\(Date().ISO8601Format())", "attempt": 0, "heartbeatSeconds": 300, "timeoutSeconds": 7200,
         "release": {"applicationId": "hello", "environment": "dev", "version": "1.0.0", "manifest": "s3://manifests/hello.yaml"},
         "stages": {"preProvision": {"applicationId": "hello", "environment": "dev", "version": "1.0.0", "accountId": "123456789012",
           "manifestSHA256": "00", "parameters": {"bakery": {"name": "/builderd/hello/bakery", "version": 3}}}}}
        """
}
