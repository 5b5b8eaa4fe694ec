import ActivityWorker
import FoundationEssentials
import Testing

@Suite("What is reported")
struct TaskReportTests {
    private struct Cause: Decodable {
        var message: String
        var stage: String
        var next: String
        var step: String?
        var detail: String?
        var log: String?
    }

    private func wire(_ failure: TaskFailure, redact: (String) -> String = { $0 }) throws -> (FailureCause, Cause) {
        let wire = FailureCause(failure, stage: "bakery", redact: redact)
        return (wire, try JSONDecoder().decode(Cause.self, from: Data(wire.cause.utf8)))
    }

    @Test func `a short failure goes out whole`() throws {
        let (wire, cause) = try wire(
            TaskFailure(
                "Bakery.X",
                message: "it \"broke\"\n",
                next: "mend",
                step: "build",
                detail: "tail\u{1}",
                log: "s3://b/k"
            )
        )
        #expect(wire.error == "Bakery.X")
        #expect(
            cause.message == "it \"broke\"\n" && cause.next == "mend" && cause.step == "build"
                && cause.stage == "bakery"
        )
        #expect(cause.detail == "tail\u{1}" && cause.log == "s3://b/k")
    }

    @Test(arguments: ["x", "\"", "\n", "\u{1}", "ü", "漢", "👩‍👩‍👧", "a\\ü\u{7}🙂"], [0, 1, 2, 3])
    func `a long cause is valid JSON within the limit, on scalar boundaries`(unit: String, shift: Int) throws {
        let text = String(repeating: "-", count: shift) + String(repeating: unit, count: 40_000)
        let (wire, cause) = try wire(TaskFailure(text, message: "short", next: "n", step: "s", detail: text, log: "l"))
        #expect(wire.cause.utf8.count <= FailureCause.maximumCauseBytes)
        // Nothing is wasted: one more scalar and the mark would not have fitted.
        #expect(wire.cause.utf8.count > FailureCause.maximumCauseBytes - 32)
        #expect(wire.error.utf8.count <= 256 && wire.error.utf8.count > 252)
        #expect(cause.message == "short" && cause.log == "l")
        let detail = try #require(cause.detail)
        #expect(
            detail.unicodeScalars.starts(with: "… ".unicodeScalars)
                && text.unicodeScalars.suffix(20).elementsEqual(detail.unicodeScalars.suffix(20))
        )
    }

    @Test func `the detail is cut before the message, and the message when it must`() throws {
        let long = String(repeating: "m", count: 100_000)
        let (wire, cause) = try wire(TaskFailure("E", message: long, next: long, step: long, detail: long, log: long))
        #expect(wire.cause.utf8.count <= FailureCause.maximumCauseBytes)
        #expect(cause.detail == nil && cause.message.hasSuffix(" …") && cause.message.utf8.count > 20_000)
    }

    @Test(
        arguments: [
            (nil, "journalctl -u builderd BUILDERD_TASK=0123"),
            ("s3://b/k", "s3://b/k and journalctl -u builderd BUILDERD_TASK=0123"),
        ] as [(String?, String)]
    )
    func `the log names the task's lines in the journal, after what the stage gave`(log: String?, told: String) throws {
        let failure = TaskFailure("E", message: "m", next: "n", log: log)
        let wire = FailureCause(failure, stage: "bakery", task: "0123", redact: { $0 })
        #expect(try JSONDecoder().decode(Cause.self, from: Data(wire.cause.utf8)).log == told)
    }

    @Test func `a long log leaves the line of the journal whole, within the limit`() throws {
        let long = String(repeating: "m", count: 100_000)
        let failure = TaskFailure("E", message: long, next: long, step: long, detail: long, log: long)
        let wire = FailureCause(failure, stage: "bakery", task: "0123", redact: { $0 })
        #expect(wire.cause.utf8.count <= FailureCause.maximumCauseBytes)
        let cause = try JSONDecoder().decode(Cause.self, from: Data(wire.cause.utf8))
        #expect(cause.log?.hasSuffix("m and journalctl -u builderd BUILDERD_TASK=0123") == true)
    }

    @Test func `everything is redacted before it is cut`() throws {
        let secret = "hunter2-hunter2"
        let text = String(repeating: "x", count: 40_000) + secret
        for failure in [
            TaskFailure(secret, message: secret, next: secret, step: secret, detail: secret, log: secret),
            TaskFailure(String(text.suffix(260)), message: text, next: text, step: text, detail: text, log: text),
        ] {
            let (wire, _) = try wire(failure) { $0.replacing(secret, with: "***") }
            #expect(!wire.cause.contains("hunter") && !wire.error.contains("hunter"))
        }
    }

    @Test func `an empty failure name becomes one that state machines know`() throws {
        #expect(try wire(TaskFailure("", message: "m", next: "n")).0.error == "Builder.Internal")
    }

    @Test func `an output within the limit goes out as it is, redacted`() {
        let report = TaskReport.of(
            output: #"{"a":"secret1"}"#,
            stage: "s",
            redact: { $0.replacing("secret1", with: "***") }
        )
        #expect(report == .success(output: #"{"a":"***"}"#))
    }

    @Test(arguments: [(262_144, nil), (262_145, "Builder.OutputTooLarge")] as [(Int, String?)])
    func `the limit of an output is counted in UTF-8 bytes`(bytes: Int, error: String?) {
        let output =
            "\"" + String(repeating: "ü", count: (bytes - 2) / 2) + String(repeating: "x", count: (bytes - 2) % 2)
            + "\""
        #expect(output.utf8.count == bytes)
        #expect(TaskReport.of(output: output, stage: "s", redact: { $0 }).error == error)
    }

    @Test func `output that is not JSON is a fault of builderd`() {
        #expect(TaskReport.of(output: "{", stage: "s", redact: { $0 }).error == "Builder.Internal")
    }

    @Test(arguments: [
        "null", "true", " {} ", "[]", "[[],{}]", "-0.5e+10", "0", #""\u00e4\n""#, #"{"a":[1,2,{"b":null}],"c":{}}"#,
        "[1, 2\n,3]", #"[[1],[2,[3]]]"#,
    ])
    func `JSON is accepted`(text: String) { #expect(JSONText.isValid(text)) }

    @Test(arguments: [
        "", " ", "{", "[", "]", "}", "[1,]", "[,1]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{1:2}", "01", "1.",
        ".5", "-", "1e", "nul", "truex",
        "'a'", #""\x""#, #""\u12g4""#, "\"a", "\"\n\"", "[1}", #"{"a":1]"#, "1 2", "{} {}", "[1 2]", "NaN",
        "\u{FEFF}{}",
    ])
    func `what is not JSON is refused`(text: String) { #expect(!JSONText.isValid(text)) }

    @Test func `nesting is bounded, not the stack`() {
        #expect(JSONText.isValid(String(repeating: "[", count: 512) + String(repeating: "]", count: 512)))
        #expect(!JSONText.isValid(String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000)))
    }
}
