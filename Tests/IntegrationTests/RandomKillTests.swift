import Foundation
import OpenSSLDigest
import Pipeline
import TestSupport
import Testing

/// The real daemon with the real Validation stage under load, killed by SIGKILL at random moments and started again.
@Suite(
    .enabled(
        if: EmulatedStage.isReady && BuilderdProcess.executable != nil,
        "BUILDERD_TEST_LOCALSTACK, BUILDERD_TEST_MOTO or BUILDERD_TEST_BUILDERD is not set: run Tests/run"
    ),
    .timeLimit(.minutes(30))
)
struct RandomKillTests {
    private static let activity = "arn:aws:states:eu-central-1:123456789012:activity:validation"
    private static let outstanding = 6

    /// An auditor that leaves evidence: a lock that every child inherits, and a line when it begins and ends.
    private static func auditor(_ evidence: String) -> String {
        """
        #!/bin/sh
        for word in "$@"; do case $word in json:*) report=${word#json:} ;; esac; done
        task=$(basename "$(dirname "$report")")
        exec 9> "\(evidence)/lock-$task"
        flock -n 9 || echo "$task" >> "\(evidence)/doubles"
        echo start >> "\(evidence)/runs-$task"
        n=0
        while [ $n -lt 8 ]; do n=$((n+1)); echo "$task line $n"; sleep 0.0$((n % 9 + 1)); done
        echo '{"version":"5","profiles":[{"name":"p","status":"loaded","controls":[{"id":"c","impact":0.5,
        "results":[{"status":"passed","code_desc":"ok"}]}]}]}' > "$report.new" && mv "$report.new" "$report"
        echo end >> "\(evidence)/runs-$task"
        """
    }

    @Test func `killed at random under load: every claimed token ends once, no tool twice`() async throws {
        let runs = ProcessInfo.processInfo.environment["BUILDERD_TEST_FULL"] == "1" ? 200 : 12
        var options = FakeStepFunctions.Options()
        options.hold = .milliseconds(300)
        let server = try await FakeStepFunctions.start(options)
        let stage = try await EmulatedStage()
        let reference = try await stage.put(
            ValidationSection(head: stage.head(), profiles: ["p"], inputs: [:], waivers: []),
            for: .validation
        )
        let daemon = try daemon(stage, server)
        var tokens: [String] = []
        for run in 1...runs {
            try daemon.start()
            let polls = server.record.calls(.getActivityTask).count
            try await server.wait("a poll of start \(run)") { $0.calls(.getActivityTask).count > polls }
            while server.record.tasks.count(where: { $0.ending == nil && $0.handedOut == nil }) < Self.outstanding {
                tokens.append(Self.schedule(tokens.count, reference, server))
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...900)))
            await daemon.killHard()
        }
        try daemon.start()
        let violations = try await violations(tokens, daemon, server)
        print("figure: random-kill.runs = \(runs)")
        print("figure: random-kill.tasks = \(tokens.count)")
        print("figure: random-kill.violations = \(violations.count)")
        #expect(violations == [])
        try await server.shutDown()
    }

    private func daemon(_ stage: EmulatedStage, _ server: FakeStepFunctions) throws -> BuilderdProcess {
        let daemon = try BuilderdProcess(
            configuration: """
                aws: {region: eu-central-1}
                activities: {validation: {arn: "\(Self.activity)", slots: 4}}
                """,
            server: server.url
        )
        let folder = daemon.folder
        try folder.write("evidence/README", "")
        try folder.write("catalogue/inspec/p/inspec.yml", "name: p\n")
        let auditor = try folder.write("auditor", Self.auditor(folder.path + "/evidence"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: auditor)
        daemon.environment.merge([
            "AWS_ENDPOINT_URL": try #require(AWSEmulator.localStack),
            "BUILDERD_STORAGE_KMS_KEY": stage.keyArn,
            "BUILDERD_STORAGE_ARTIFACTS_BUCKET": stage.bucket,
            "BUILDERD_TOOLS_AUDITOR_PATH": auditor,
            // The evidence lies outside of the workspace.
            "BUILDERD_TOOLS_LANDLOCK": "off",
        ]) { $1 }
        return daemon
    }

    private static func execution(_ number: Int) -> String {
        "arn:aws:states:eu-central-1:123456789012:execution:release:random-\(number)"
    }

    private static func schedule(_ number: Int, _ reference: ParameterReference, _ server: FakeStepFunctions) -> String
    {
        let stages = """
            {"preProvision":{"applicationId":"hello","environment":"demo","version":"1.0.0","accountId":"000000000000",
            "manifestSHA256":"00","parameters":{"validation":{"name":"\(reference.name)","version":\(reference.version)}}},
            "bakery":\(EmulatedStage.bakery),
            "provision":{"action":"apply","outputs":{},"endpoint":"http://127.0.0.1:9/","added":1,"changed":0,"removed":0,"state":"s3://b/k"}}
            """
        return server.schedule(
            activity: activity,
            input: """
                {"schema":1,"action":"run","stage":"validation","execution":"\(execution(number))",
                "entered":"\(Date().ISO8601Format())","attempt":0,"heartbeatSeconds":120,"timeoutSeconds":3600,
                "release":{"applicationId":"hello","environment":"demo","version":"1.0.0","manifest":"s3://manifests/hello.yaml"},
                "stages":\(stages)}
                """,
            heartbeat: .seconds(120)
        )
    }

    /// The id that the worker gives a task of this input.
    private static func taskID(_ input: String) -> String? {
        struct Envelope: Decodable {
            var execution: String
            var entered: String
        }
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(input.utf8)) else { return nil }
        let text = "\(envelope.execution)\nvalidation\n\(envelope.entered)\n0"
        return String(SHA256.digest(Array(text.utf8)).hex.prefix(16))
    }

    private func violations(
        _ tokens: [String],
        _ daemon: BuilderdProcess,
        _ server: FakeStepFunctions
    ) async throws -> [String] {
        // A token that the killed process received and had not yet written down is beyond anybody's reach: nothing on disk names it.
        let state = daemon.folder.path + "/state"
        let log = daemon.log
        func isKnown(_ token: String) -> Bool {
            let claim = SHA256.digest(Array(token.utf8)).hex.prefix(16)
            let names = ["tasks", "history", "quarantine"].flatMap {
                (try? FileManager.default.contentsOfDirectory(atPath: "\(state)/\($0)")) ?? []
            }
            // What was logged as claimed was written down: a record that vanished would show here.
            let id = server.record.task(token).flatMap { Self.taskID($0.input) }
            return names.contains { $0.contains(claim) } || id.map { log.contains("task claimed task=\($0)") } ?? false
        }
        let deadline = ContinuousClock.now + .seconds(90)
        while ContinuousClock.now < deadline {
            let record = server.record
            let isDone = tokens.allSatisfy { token in
                let task = record.task(token)
                return task?.ending != nil || (task?.handedOut != nil && !isKnown(token))
            }
            if isDone, try FileManager.default.contentsOfDirectory(atPath: state + "/tasks").isEmpty { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        // Or SIGTERM could come before it is trapped.
        let polls = server.record.calls(.getActivityTask).count
        try await server.wait("a poll") { $0.calls(.getActivityTask).count > polls }
        daemon.signal(SIGTERM)
        let status = await daemon.waitForExit()
        var found: [String] = status == 0 ? [] : ["the last daemon ended with \(status)"]
        let record = server.record
        for (number, token) in tokens.enumerated() {
            guard let task = record.task(token) else { continue }
            if task.lateReports.contains(where: { $0 != task.ending }) {
                found.append("\(number): another report came late")
            }
            if task.ending == nil, isKnown(token) { found.append("\(number): claimed and never ended") }
            switch task.ending {
            case .succeeded, nil: break
            // Long runs outlive the heartbeat of a token that was never written down.
            case .heartbeatTimeout where !isKnown(token): break
            case .failed("AWS.Unavailable", _), .failed("AWS.Throttled", _): break
            case let other?: found.append("\(number): ended as \(other)")
            }
        }
        print("figure: random-kill.unclaimed = \(tokens.count { record.task($0)?.handedOut != nil && !isKnown($0) })")
        let evidence = daemon.folder.path + "/evidence"
        if let doubles = try? String(contentsOfFile: evidence + "/doubles", encoding: .utf8) {
            found.append("two copies of a tool at once: \(doubles)")
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: evidence) where name.hasPrefix("runs-") {
            let runs = try String(contentsOfFile: "\(evidence)/\(name)", encoding: .utf8)
            if runs != "start\nend\n" { found.append("\(name): \(runs.split(separator: "\n"))") }
        }
        if !found.isEmpty { print(daemon.log.suffix(20_000)) }
        return found
    }
}
