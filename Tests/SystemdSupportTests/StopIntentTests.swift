import Foundation
import Testing

@testable import SystemdSupport

@Suite("What a SIGTERM means", .timeLimit(.minutes(1)))
struct StopIntentTests {
    /// A script, and what is read with it.
    struct Case: Sendable, CustomTestStringConvertible {
        let script: String
        let intent: StopIntent
        var testDescription: String { script }
    }

    private static let hasBus = FakeManagerBus.python != nil

    @Test(
        "The unit's job and the system's state say it",
        .enabled(if: hasBus, "BUILDERD_TEST_PYTHON is not set; start Tests/run"),
        arguments: [
            Case(script: #"{"jobs": [{"id": 7, "type": "restart"}]}"#, intent: .restart),
            Case(script: #"{"jobs": [{"id": 7, "type": "try-restart"}]}"#, intent: .restart),
            Case(script: #"{"jobs": [{"id": 7, "type": "stop"}]}"#, intent: .stop),
            Case(script: #"{"jobs": [{"id": 7, "type": "stop"}], "state": "degraded"}"#, intent: .stop),
            Case(script: #"{"jobs": [{"id": 7, "type": "stop"}], "state": "stopping"}"#, intent: .shutdown),
            Case(script: #"{"jobs": [{"id": 7, "type": "restart"}], "state": "stopping"}"#, intent: .shutdown),
            Case(script: #"{"state": "stopping"}"#, intent: .shutdown),
            // It begins between the questions.
            Case(script: #"{"jobs": [{"id": 7, "type": "stop"}], "stops": "JobType"}"#, intent: .shutdown),
            Case(script: "{}", intent: .noJob),
            Case(script: #"{"jobs": [{"id": 7, "type": "start"}]}"#, intent: .noJob),
        ]
    )
    func intents(expected: Case) async throws {
        let bus = try FakeManagerBus(expected.script)
        #expect(await StopIntentReader(address: bus.address).read() == expected.intent)
    }

    @Test(
        "A job that is replaced between two questions is asked for again; one that always is gives up",
        .enabled(if: hasBus, "BUILDERD_TEST_PYTHON is not set; start Tests/run"),
        arguments: [
            Case(script: #"{"jobs": [{"id": 7}, {"id": 8, "type": "stop"}]}"#, intent: .stop),
            Case(script: #"{"jobs": [{"id": 7}, {"id": 0}]}"#, intent: .noJob),
            Case(
                script: #"{"jobs": [{"id": 7}]}"#,
                intent: .unavailable(
                    reason: "JobType: org.freedesktop.DBus.Error.UnknownObject: as the script says"
                )
            ),
        ]
    )
    func replacedJob(expected: Case) async throws {
        let bus = try FakeManagerBus(expected.script)
        #expect(await StopIntentReader(address: bus.address).read() == expected.intent)
    }

    @Test(
        "Each question that is answered with an error or never makes it unavailable, in bounded time, with the reason",
        .enabled(if: hasBus, "BUILDERD_TEST_PYTHON is not set; start Tests/run"),
        arguments: ["GetUnitByPID", "Job", "JobType", "SystemState"]
    )
    func failing(member: String) async throws {
        let jobs = #""jobs": [{"id": 7, "type": "stop"}]"#
        let refusing = try FakeManagerBus(
            #"{\#(jobs), "errors": {"\#(member)": "org.freedesktop.DBus.Error.AccessDenied"}}"#
        )
        let refused = await StopIntentReader(address: refusing.address).read()
        let reason = "\(member): org.freedesktop.DBus.Error.AccessDenied: as the script says"
        #expect(refused == .unavailable(reason: reason))

        let silent = try FakeManagerBus(#"{\#(jobs), "silent": "\#(member)"}"#)
        let reader = StopIntentReader(address: silent.address, timeout: .milliseconds(500))
        let asked = ContinuousClock.now
        let answer = await reader.read()
        #expect(
            answer == .unavailable(reason: "\(member): timed out after 0.5 s waiting for the service manager")
        )
        // sd-bus itself would wait for 25 s.
        #expect(.now - asked < .seconds(20))
    }

    @Test(
        "The time is for all questions together",
        .enabled(if: hasBus, "BUILDERD_TEST_PYTHON is not set; start Tests/run")
    )
    func slow() async throws {
        let bus = try FakeManagerBus(#"{"jobs": [{"id": 7, "type": "stop"}], "delay": 0.2}"#)
        let answer = await StopIntentReader(address: bus.address, timeout: .milliseconds(500)).read()
        guard case .unavailable(let reason) = answer else {
            Issue.record("four answers of 0.2 s each came within 0.5 s: \(answer)")
            return
        }
        #expect(reason.contains("timed out after 0.5 s"))
    }

    @Test("No bus, a wrong address and a bus that never says a word are unavailable")
    func noBus() async throws {
        let nobody = await StopIntentReader(address: "unix:path=/tmp/sdb-nobody/bus").read()
        #expect(nobody == .unavailable(reason: "connect: No such file or directory (2)"))
        let wrong = await StopIntentReader(address: "not an address").read()
        #expect(wrong == .unavailable(reason: "connect: Connection refused (111)"))
        // sd-bus itself would wait for 90 s, past this suite's limit.
        let silent = try SilentSocket()
        let answer = await StopIntentReader(address: silent.address, timeout: .milliseconds(200)).read()
        #expect(answer == .unavailable(reason: "connect: timed out after 0.2 s waiting for the service manager"))
    }
}
