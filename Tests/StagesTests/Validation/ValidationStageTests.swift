import ActivityWorker
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

/// Validation with a script that stands in for InSpec.
struct ValidationStageTests {
    /// Writes the report that lies in the fixture for the profile, exits as the fixture says, and keeps what it was given.
    private static let auditor = """
        echo "$*" >> "$FIXTURE/arguments"; env > "$FIXTURE/environment"
        name=${2##*/}; out=${5#json:}
        cp "$7" "$FIXTURE/inputs"
        [ "$8" != --waiver-file ] || cp "$9" "$FIXTURE/waivers"
        [ ! -e "$FIXTURE/report-$name" ] || cat "$FIXTURE/report-$name" > "$out"
        echo "auditing $name"
        exit $(cat "$FIXTURE/status-$name" 2>/dev/null || echo 0)
        """

    private static func report(_ controls: [(String, Double, String)], status: String = "loaded") -> String {
        let list = controls.map { id, impact, result in
            "{\"id\":\"\(id)\",\"impact\":\(impact),\"results\":[{\"status\":\"\(result)\",\"code_desc\":\"HTTP GET\",\"message\":\"got s3cr3t-value\"}]}"
        }
        return
            "{\"profiles\":[{\"name\":\"x\",\"status\":\"\(status)\",\"controls\":[\(list.joined(separator: ","))]}]}"
    }

    private func fixture(
        _ reports: [String: String],
        statuses: [String: Int] = [:],
        waivers: [Waiver] = []
    ) throws -> StageFixture {
        var fixture = try StageFixture(script: Self.auditor)
        fixture.outputs = [.bakery: StageFixture.bakery, .provision: StageFixture.provision]
        for (name, report) in reports {
            try fixture.folder.write("catalogue/inspec/\(name)/inspec.yml", "name: \(name)")
            if !report.isEmpty { try fixture.folder.write("report-\(name)", report) }
        }
        for (name, status) in statuses { try fixture.folder.write("status-\(name)", "\(status)") }
        try fixture.put(
            ValidationSection(
                head: StageFixture.head(),
                profiles: reports.keys.sorted(),
                inputs: ["owner": .string("team"), "vpc": .string("set by the manifest")],
                waivers: waivers
            ),
            for: .validation
        )
        return fixture
    }

    private func run(_ fixture: StageFixture) async throws -> ValidationOutput {
        try await fixture.run(
            ValidationStage(environment: fixture.environment, pace: StageFixture.pace()),
            as: .validation,
            ValidationOutput.self
        )
    }

    private func failure(_ fixture: StageFixture) async -> TaskFailure? {
        await #expect(throws: TaskFailure.self) { try await run(fixture) }
    }

    private static let key =
        "artifacts/reports/hello/demo/hello-demo-0123456789abcdef01234567/0123456789abcdef/validation.json"

    @Test func `profiles that pass are counted, and the report is kept under the customer's key`() async throws {
        let fixture = try fixture([
            "base": Self.report([("a", 1, "passed"), ("b", 0.5, "skipped")]),
            "web": Self.report([("c", 0.7, "passed")]),
        ])
        let output = try await run(fixture)
        #expect((output.controls, output.passed, output.skipped, output.failed, output.waived) == (3, 2, 1, 0, 0))
        #expect(output.profiles.map(\.name) == ["base", "web"])
        #expect(output.report == "s3://" + Self.key)
        #expect(output.reportVersionId == "v1")
        #expect(fixture.cloud.now.objectKeys[Self.key] == ScriptedCloud.key)
    }

    @Test func `the auditor gets inputs, Provision's outputs and no secret in argv`() async throws {
        let fixture = try fixture(["base": Self.report([("a", 1, "passed")])])
        _ = try await run(fixture)
        let inputs = try JSONDecoder().decode([String: JSONValue].self, from: Data(try fixture.text("inputs").utf8))
        #expect(inputs["endpoint"] == .string("http://127.0.0.1:8080/"))
        #expect(inputs["image_id"] == .string("ami-0123456789abcdef0"))
        #expect(inputs["vpc"] == .string("vpc-1"), "what was provisioned is what is tested")
        #expect(inputs["owner"] == .string("team"))
        let workspace = fixture.workspace
        #expect(
            try fixture.text("arguments")
                == "exec \(workspace)/profiles/base --reporter cli json:\(workspace)/report-base.json --input-file \(workspace)/inputs.yaml --no-create-lockfile --no-color\n"
        )
        #expect(try fixture.text("environment").contains("CHEF_LICENSE=accept-no-persist\n"))
        #expect(try fixture.mode("workspace/inputs.yaml") == "600")
    }

    @Test func `failed controls are named worst first, after the report was kept, redacted`() async throws {
        let fixture = try fixture(
            [
                "base": Self.report([
                    ("low", 0.1, "failed"), ("high", 1, "failed"), ("fine", 1, "passed"), ("mid", 0.5, "failed"),
                ])
            ],
            statuses: ["base": 100]
        )
        try fixture.redactor.add(secrets: ["s3cr3t-value"])
        let failure = try #require(await failure(fixture))
        #expect(failure.error == "Validation.ControlsFailed")
        #expect(failure.message == "3 of 4 controls failed: high, mid, low.")
        #expect(failure.detail?.hasPrefix("high (impact 1.0)\n    HTTP GET: got ***\nmid (impact 0.5)") == true)
        #expect(failure.log == "s3://" + Self.key)
        let kept = try #require(fixture.cloud.now.objects[Self.key])
        #expect(!String(decoding: kept, as: UTF8.self).contains("s3cr3t-value"))
        #expect(String(decoding: kept, as: UTF8.self).contains("\"high\""))
    }

    @Test func `a waiver that holds lets a control fail, one that has expired does not`() async throws {
        // The fixture's day is 2026-05-28.
        let report = Self.report([("a", 1, "failed"), ("b", 1, "passed")])
        let holding = Waiver(control: "a", expires: "2026-05-28", justification: "accepted by x")
        let fixture = try fixture(["base": report], statuses: ["base": 100], waivers: [holding])
        let output = try await run(fixture)
        #expect((output.waived, output.failed, output.passed) == (1, 0, 1))
        #expect(try fixture.text("waivers").contains("\"a\":\n  expiration_date: 2026-05-28\n  run: true\n"))
        let expired = Waiver(control: "a", expires: "2026-05-27", justification: "accepted by x")
        let late = try self.fixture(["base": report], statuses: ["base": 100], waivers: [expired])
        #expect(await failure(late)?.error == "Validation.ControlsFailed")
    }

    @Test(arguments: [
        (
            "{\"profiles\":[{\"name\":\"x\",\"status\":\"loaded\",\"controls\":[]}]}", 0, "Validation.ProfileInvalid",
            "no control"
        ),
        (
            report([("a", 1, "skipped"), ("b", 1, "skipped")]), 101, "Validation.ProfileInvalid",
            "every one of its 2 controls was skipped"
        ),
        (report([("a", 1, "passed")], status: "failed"), 0, "Validation.ProfileInvalid", "reports it as failed"),
        (report([("a", 1, "passed")], status: "skipped"), 101, "Validation.ProfileInvalid", "reports it as skipped"),
        (report([("a", 1, "passed")]), 102, "Validation.ProfileInvalid", "does not load"),
        ("", 102, "Validation.ProfileInvalid", "does not load"),
        ("", 0, "Validation.AuditorFailed", "without a report"),
        ("", 172, "Validation.AuditorFailed", "licence"), ("", 1, "Validation.AuditorFailed", "usage"),
        (report([("a", 1, "passed")]), 1, "Validation.AuditorFailed", "usage"),
        (report([("a", 1, "passed")]), 100, "Validation.AuditorFailed", "no failed control"),
        ("{}", 0, "Validation.AuditorFailed", "no report with profiles"),
        ("cut off", 0, "Validation.AuditorFailed", "no report"),
    ])
    func `nothing but a loaded profile with a tested control is a verdict`(
        report: String,
        status: Int,
        name: String,
        reason: String
    ) async throws {
        let failure = await failure(try fixture(["base": report], statuses: ["base": status]))
        #expect(failure?.error == name)
        #expect(failure?.message.contains(reason) == true)
        #expect(failure?.detail?.contains("auditing base") == true)
    }

    @Test func `a profile that is not there is refused with those that are`() async throws {
        let fixture = try fixture(["base": Self.report([("a", 1, "passed")])])
        try fixture.put(
            ValidationSection(head: StageFixture.head(), profiles: ["absent"], inputs: [:], waivers: []),
            for: .validation
        )
        let failure = await failure(fixture)
        #expect(failure?.error == "Validation.ProfileInvalid")
        #expect(failure?.next.contains("base") == true)
    }

    @Test func `a release without a profile proves nothing`() async throws {
        #expect(await failure(try fixture([:]))?.error == "Validation.ProfileInvalid")
    }
}
