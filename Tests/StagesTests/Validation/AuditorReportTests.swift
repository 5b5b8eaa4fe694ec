import Pipeline
@testable import Stages
import Testing

/// Reports in the shape of InSpec 5's `json` reporter.
struct AuditorReportTests {
    private func report(_ controls: String, status: String = "loaded") -> [UInt8] {
        Array(
            """
            {"platform":{"name":"debian","release":"12"},"profiles":[{"name":"baseline","version":"1.0.0","status":"\(status)",
            "status_message":"why","controls":[\(controls)]}],"statistics":{"duration":0.1},"version":"5.22.3"}
            """.utf8
        )
    }

    private func control(_ id: String, _ results: [String], impact: String = "0.7", waiver: String = "{}") -> String {
        let list = results.map { "{\"status\":\"\($0)\",\"code_desc\":\"x should y\",\"message\":\"because \($0)\"}" }
        return
            "{\"id\":\"\(id)\",\"title\":\"T\",\"impact\":\(impact),\"results\":[\(list.joined(separator: ","))],\"waiver_data\":\(waiver)}"
    }

    private func statuses(_ controls: String, waivers: [Waiver] = []) throws -> [AuditorReport.Status] {
        try AuditorReport(json: report(controls), waivers: waivers, today: "2026-06-15").controls.map(\.status)
    }

    @Test(arguments: [
        (["passed"], AuditorReport.Status.passed), (["passed", "passed"], .passed), (["passed", "failed"], .failed),
        (["failed"], .failed), (["skipped"], .skipped), (["passed", "skipped"], .passed),
        (["skipped", "failed"], .failed),
        ([], .skipped), (["error"], .skipped),
    ])
    func `a control is what its results are`(results: [String], status: AuditorReport.Status) throws {
        #expect(try statuses(control("a", results)) == [status])
    }

    @Test(arguments: [
        ("2026-06-15", AuditorReport.Status.waived), ("2026-12-31", .waived), ("2026-06-14", .failed),
        ("2025-12-31", .failed),
    ])
    func `a waiver holds to the end of its last day`(expires: String, status: AuditorReport.Status) throws {
        let waiver = Waiver(control: "a", expires: expires, justification: "accepted")
        #expect(try statuses(control("a", ["failed"]), waivers: [waiver]) == [status])
        #expect(
            try statuses(control("b", ["failed"]), waivers: [waiver]) == [.failed],
            "it is another control's waiver"
        )
        #expect(try statuses(control("a", ["passed"]), waivers: [waiver]) == [.passed])
    }

    @Test func `a control that was skipped by a waiver that does not hold has not passed`() throws {
        let skipped = control("a", ["skipped"], waiver: #"{"skipped_due_to_waiver":true,"run":false}"#)
        #expect(try statuses(skipped) == [.failed])
        #expect(
            try statuses(skipped, waivers: [Waiver(control: "a", expires: "2026-06-14", justification: "x")]) == [
                .failed
            ]
        )
        #expect(
            try statuses(skipped, waivers: [Waiver(control: "a", expires: "2026-06-15", justification: "x")]) == [
                .waived
            ]
        )
    }

    @Test func `a control that two profiles report counts once, the worse of the two`() throws {
        let both = [
            control("a", ["passed"]), control("b", ["skipped"]), control("a", ["failed"]), control("b", ["passed"]),
        ]
        #expect(try statuses(both.joined(separator: ",")) == [.failed, .passed])
    }

    @Test func `impact, messages and the profile's state are kept`() throws {
        let read = try AuditorReport(
            json: report(control("a", ["failed"], impact: "1"), status: "failed"),
            waivers: [],
            today: "2026-06-15"
        )
        #expect(read.profiles.first?.status == "failed")
        #expect(read.profiles.first?.statusMessage == "why")
        #expect(read.controls.first?.impact == 1)
        #expect(read.controls.first?.messages == ["x should y: because failed"])
    }

    @Test(arguments: ["", "[]", "{}", #"{"profiles":{}}"#, "{\"profiles\":["])
    func `what has no profiles is no report`(text: String) {
        #expect(throws: AuditorReport.Unreadable.self) {
            try AuditorReport(json: Array(text.utf8), waivers: [], today: "2026-06-15")
        }
    }

    @Test func `a waiver file runs every control and gives dates as YAML dates`() throws {
        let waiver = Waiver(control: "a: b", expires: "2026-12-31", justification: "accepted \"by\" x\nline")
        #expect(
            try WaiverFile.text([waiver])
                == "---\n\"a: b\":\n  expiration_date: 2026-12-31\n  run: true\n  justification: \"accepted \\\"by\\\" x\\nline\"\n"
        )
    }
}
