import ActivityWorker
import Pipeline
@testable import Stages
import Testing

/// Lines as Terraform 1.11.4 printed them.
struct TerraformMessagesTests {
    private static let version =
        #"{"@level":"info","@message":"Terraform 1.11.4","@module":"terraform.ui","@timestamp":"2026-11-23T19:44:00.616540Z","terraform":"1.11.4","type":"version","ui":"1.2"}"#
    private static let summary =
        #"{"@level":"info","@message":"Apply complete! Resources: 4 added, 1 changed, 2 destroyed.","@module":"terraform.ui","changes":{"add":4,"change":1,"import":0,"remove":2,"operation":"apply"},"type":"change_summary"}"#
    private static let stale =
        #"{"@level":"error","@message":"Error: Saved plan is stale","type":"diagnostic","diagnostic":{"severity":"error","summary":"Saved plan is stale","detail":"The given plan file can no longer be applied."}}"#
    private static let locked =
        #"{"@level":"error","@message":"Error: Error acquiring the state lock","type":"diagnostic","diagnostic":{"severity":"error","summary":"Error acquiring the state lock","detail":"Error message: operation error S3: PutObject, https response error StatusCode: 412\nLock Info:\n  ID:        1b4e28ba\n  Path:      state/hello/x/terraform.tfstate\n  Operation: OperationTypeApply\n  Who:       root@other\n  Version:   1.11.4\n  Created:   2026-11-23 19:00:00 +0000 UTC\n  Info:      \n\n\nTerraform acquires a state lock"}}"#
    private static let invalid =
        #"{"@level":"error","@message":"Error: name","type":"diagnostic","diagnostic":{"severity":"error","summary":"\"name\" cannot be less than 3 characters","detail":"","address":"aws_launch_template.lt","range":{"filename":"main.tf","start":{"line":100,"column":10,"byte":2383},"end":{"line":100,"column":14,"byte":2387}},"snippet":{"context":null,"code":"x","start_line":100,"highlight_start_offset":9,"highlight_end_offset":13,"values":[]}}}"#

    static func read(_ lines: [String], pieces: Int = .max) -> TerraformMessages {
        var messages = TerraformMessages()
        var rest = Array(lines.joined(separator: "\n").utf8)[...]
        while !rest.isEmpty {
            messages.take(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        messages.finish()
        return messages
    }

    @Test(arguments: [1, 13, 4096, .max])
    func `version and changes are read however the output is cut`(pieces: Int) {
        let messages = Self.read([Self.version, Self.summary], pieces: pieces)
        #expect(messages.version == "1.11.4")
        #expect(messages.changes == .init(add: 4, change: 1, remove: 2, operation: "apply"))
        #expect(messages.unknownInterface == nil)
    }

    @Test func `unknown types, unknown fields and lines that are no JSON change nothing`() {
        let odd = [
            #"{"type":"quantum_flux","@message":"odd","payload":[1,2]}"#, "Successfully configured the backend \"s3\"!",
            "{broken",
            "", "[]", #"{"type":7}"#, "\u{1B}[0m\u{1B}[32m",
        ]
        let messages = Self.read([Self.version] + odd + [Self.summary])
        #expect(messages.changes?.add == 4)
        #expect(messages.errors.isEmpty)
    }

    @Test(arguments: ["2.0", "0.9", "10.1", "x"])
    func `an interface of another major version is not read on`(version: String) {
        let messages = Self.read([
            Self.version.replacing("\"ui\":\"1.2\"", with: "\"ui\":\"\(version)\""), Self.summary,
        ])
        #expect(messages.unknownInterface == version)
        #expect(messages.changes == nil)
    }

    @Test(arguments: ["1.0", "1.3", "1.99", "1"])
    func `a later minor version is read`(version: String) {
        let line = Self.version.replacing("\"ui\":\"1.2\"", with: "\"ui\":\"\(version)\"")
        #expect(Self.read([line, Self.summary]).changes?.add == 4)
    }

    @Test func `a line of a megabyte is read, one over the bound is stepped over`() {
        let long = String(repeating: "x", count: 1_000_000)
        let diagnostic = Self.stale.replacing("no longer", with: long)
        #expect(Self.read([diagnostic], pieces: 65_536).errors.first?.detail.contains(long) == true)
        let over = Self.stale.replacing("no longer", with: String(repeating: long, count: 5))
        let messages = Self.read([over, Self.summary], pieces: 65_536)
        #expect(messages.errors.isEmpty)
        #expect(messages.changes?.add == 4)
    }

    @Test func `a diagnostic says where it is`() {
        let text = Self.read([Self.invalid]).errors.first?.text
        #expect(text == "\"name\" cannot be less than 3 characters (aws_launch_template.lt, main.tf:100)")
    }

    private func failure(_ lines: [String]) -> TaskFailure {
        TerraformFailure.of(
            Self.read(lines),
            otherwise: .provisionApplyFailed,
            command: "terraform apply",
            step: "terraform-apply",
            redact: { $0.replacing("hunter2", with: "***") }
        )
    }

    @Test func `a held lock names its holder`() {
        let failure = failure([Self.version, Self.locked])
        #expect(failure.error == "Provision.StateLocked")
        #expect(
            failure.message
                == "The state is locked by root@other since 2026-11-23 19:00:00 +0000 UTC, for OperationTypeApply (lock id 1b4e28ba)."
        )
    }

    @Test func `a lock that says nothing of its holder is still a lock`() {
        #expect(failure([Self.locked.replacing("Who:", with: "Wer:")]).message == "The state is locked.")
    }

    @Test func `a stale plan, an interruption and a failed apply are told apart`() {
        #expect(failure([Self.stale]).error == "Provision.PlanStale")
        #expect(
            failure([Self.stale.replacing("Saved plan is stale", with: "execution halted")]).error
                == "Builder.Interrupted"
        )
        let interrupted = #"{"@message":"\nInterrupt received.\nPlease wait for Terraform to exit","type":"log"}"#
        #expect(failure([interrupted, Self.invalid]).error == "Builder.Interrupted")
        let other = failure([Self.invalid])
        #expect(other.error == "Provision.ApplyFailed")
        #expect(other.message.contains("cannot be less than 3 characters"))
    }

    @Test func `a failure without a diagnostic falls back to what was said last`() {
        let failure = failure([#"{"@message":"panic: hunter2","type":"log"}"#])
        #expect(failure.message == "terraform apply failed: panic: ***")
        #expect(failure.detail == "panic: ***")
    }

    @Test func `resources that failed are named`() {
        let errored =
            #"{"@message":"x: Creation errored","type":"apply_errored","hook":{"resource":{"addr":"aws_lb.service"},"action":"create"}}"#
        #expect(failure([errored, Self.invalid]).detail?.contains("aws_lb.service") == true)
    }

    @Test func `validate's document is read as diagnostics`() {
        let document =
            #"{"format_version":"1.0","valid":false,"error_count":1,"warning_count":0,"diagnostics":[{"severity":"error","summary":"Unsupported argument","detail":"No.","range":{"filename":"main.tf","start":{"line":3,"column":1,"byte":9},"end":{"line":3,"column":2,"byte":10}}}]}"#
        let messages = TerraformMessages(validation: Array(document.utf8))
        #expect(messages.errors.map(\.text) == ["Unsupported argument (main.tf:3)\nNo."])
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080/", true), ("https://example.org", true), ("HTTPS://example.org/a?b", true),
        ("ftp://example.org", false),
        ("https://", false), ("https:///path", false), ("https://user@host/", false), ("example.org", false),
        ("http://a b/", false),
        ("", false), ("javascript:http://x", false), ("http://?x", false),
    ])
    func `an endpoint is an http or https URL with a host`(text: String, isEndpoint: Bool) {
        #expect(TerraformOutputs.isEndpoint(text) == isEndpoint)
    }

    @Test func `sensitive outputs stay out, and are known to be secrets`() throws {
        let json =
            #"{"endpoint":{"sensitive":false,"type":"string","value":"http://x"},"password":{"sensitive":true,"type":"string","value":"hunter2"},"odd":{"value":"unmarked"},"map":{"sensitive":true,"type":["map","string"],"value":{"a":"deep-one","b":["deep-two"]}}}"#
        let outputs = try #require(TerraformOutputs(json: Array(json.utf8)))
        #expect(outputs.visible == ["endpoint": .string("http://x")])
        #expect(outputs.hidden == ["map", "odd", "password"])
        #expect(Set(outputs.secrets) == ["hunter2", "unmarked", "deep-one", "deep-two"])
        #expect(TerraformOutputs(json: Array("[]".utf8)) == nil)
    }
}
