import Pipeline
import Testing

@Suite struct EnvelopeTests {
    private func problems(_ text: String) throws -> [DocumentProblem] {
        let error = #expect(throws: DocumentProblems.self) { try Envelope(json: text) }
        return try #require(error).problems
    }

    @Test func `an envelope is read`() throws {
        let envelope = try Envelope(json: Samples.envelope)
        #expect(envelope.action == .run)
        #expect(envelope.stage == .bakery)
        #expect(envelope.executionName == "shop-dev-0123")
        #expect(envelope.enteredMilliseconds == 1_769_860_800_123)
        #expect(envelope.attempt == 0)
        #expect(envelope.heartbeatSeconds == 300)
        #expect(envelope.timeoutSeconds == 7200)
        #expect(envelope.release?.applicationId == "shop")
        #expect(
            envelope.release?.manifest
                == .object(S3ObjectLocation(bucket: "artifacts", key: "shop.yaml", versionId: "v1"))
        )
    }

    @Test func `a ping needs no release, and may have one`() throws {
        let ping = Samples.envelope.replacing("\"run\"", with: "\"ping\"")
        #expect(try Envelope(json: ping).release?.applicationId == "shop")
        #expect(try Envelope(json: ping.replacing(Samples.release, with: "null")).release == nil)
    }

    @Test func `earlier outputs are read, with keys that this version does not know`() throws {
        let output =
            #"{"applicationId":"shop","environment":"dev","version":"1","accountId":"012345678901","manifestSHA256":"ab","parameters":{"bakery":{"name":"/b/x","version":2}},"new":1}"#
        let envelope = try Envelope(
            json: Samples.envelope.replacing("\"stages\": {}", with: "\"stages\": {\"preProvision\": \(output)}")
        )
        let read = try envelope.output(of: .preProvision, as: PreProvisionOutput.self)
        #expect(read.parameters == ["bakery": ParameterReference(name: "/b/x", version: 2)])
        #expect(throws: DocumentProblems.self) { try envelope.output(of: .bakery, as: BakeryOutput.self) }
        let error = #expect(throws: DocumentProblems.self) {
            try envelope.output(of: .preProvision, as: BakeryOutput.self)
        }
        #expect(error?.problems.first?.path == "stages.preProvision")
    }

    @Test(arguments: ["", "not json", "[1]", "5", "{", "schema: 1", "\u{0}", "{\"schema\": 1"])
    func `what is not a JSON object is refused`(text: String) throws {
        #expect(try !problems(text).isEmpty)
    }

    @Test(arguments: ["2", "\"1\"", "null", "1.5", "0"])
    func `an envelope of another schema is refused for that alone`(schema: String) throws {
        let text = Samples.envelope.replacing("\"schema\": 1", with: "\"schema\": \(schema), \"other\": 1")
        let problems = try problems(text)
        #expect(problems.map(\.path) == ["schema"])
        #expect(problems[0].allowed == "1")
    }

    @Test(arguments: [
        ("\"schema\": 1,", "", "schema"),
        ("\"action\": \"run\"", "\"action\": \"stop\"", "action"),
        ("\"action\": \"run\"", "\"action\": \"destroy\"", "action"),
        ("\"stage\": \"bakery\"", "\"stage\": \"Bakery\"", "stage"),
        ("\"entered\": \"2026-01-31T12:00:00.123Z\"", "\"entered\": \"yesterday\"", "entered"),
        ("\"attempt\": 0", "\"attempt\": -1", "attempt"),
        ("\"attempt\": 0", "\"attempt\": \"0\"", "attempt"),
        ("\"heartbeatSeconds\": 300", "\"heartbeatSeconds\": 0", "heartbeatSeconds"),
        ("\"heartbeatSeconds\": 300", "\"heartbeatSeconds\": 7200", "heartbeatSeconds"),
        ("\"timeoutSeconds\": 7200", "\"timeout\": 7200", "timeout"),
        ("\"stages\": {}", "\"stages\": {\"bake\": {}}", "stages.bake"),
        ("\"stages\": {}", "\"stages\": []", "stages"),
        ("\"applicationId\": \"shop\"", "\"applicationId\": \"../shop\"", "release.applicationId"),
        ("\"version\": \"1.4.0\"", "\"version\": 1.4", "release.version"),
        ("\"build\": \"42\"", "\"biuld\": \"42\"", "release.biuld"),
        ("s3://artifacts/shop.yaml?versionId=v1", "http://artifacts/shop.yaml", "release.manifest"),
    ])
    func `what is wrong is named`(good: String, bad: String, path: String) throws {
        try #require(Samples.envelope.contains(good))
        #expect(try problems(Samples.envelope.replacing(good, with: bad)).map(\.path).contains(path))
    }

    @Test func `a release is wanted of every action but ping`() throws {
        #expect(try problems(Samples.envelope.replacing(Samples.release, with: "null")).map(\.path) == ["release"])
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1),
            ("2024-02-29T23:59:59.9Z", 1_709_251_199_900),
            ("2026-01-31T13:00:00.1239999+01:00", 1_769_860_800_123), ("2026-01-31T07:30:00-0430", 1_769_860_800_000),
            ("2000-03-01T00:00:00.000000Z", 951_868_800_000),
        ] as [(String, Int64)]
    )
    func `a time is read to the millisecond`(text: String, milliseconds: Int64) {
        #expect(Timestamp.milliseconds(text) == milliseconds)
    }

    @Test(arguments: [
        "", "2026-01-31", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z",
        "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00Zx", "2026-1-31T12:00:00Z", "2026-01-31T12:00:00+1",
        "٢٠٢٦-01-31T12:00:00Z",
    ])
    func `what is no time is refused`(text: String) {
        #expect(Timestamp.milliseconds(text) == nil)
    }
}
