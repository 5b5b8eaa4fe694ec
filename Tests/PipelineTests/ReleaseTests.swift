import Pipeline
import Testing

@Suite struct ReleaseTests {
    @Test(arguments: [
        (#""s3://artifacts/a/b.yaml""#, S3ObjectLocation(bucket: "artifacts", key: "a/b.yaml")),
        (
            #""s3://artifacts/a b?.yaml?versionId=x.Y_1""#,
            S3ObjectLocation(bucket: "artifacts", key: "a b?.yaml", versionId: "x.Y_1")
        ),
        (#"{"uri": "s3://artifacts/b.yaml"}"#, S3ObjectLocation(bucket: "artifacts", key: "b.yaml")),
        (
            #"{"uri": "s3://artifacts/b.yaml", "versionId": "v"}"#,
            S3ObjectLocation(bucket: "artifacts", key: "b.yaml", versionId: "v")
        ),
    ])
    func `a manifest is an S3 object, in either form`(manifest: String, location: S3ObjectLocation) throws {
        let text = Samples.release.replacing(#""s3://artifacts/shop.yaml?versionId=v1""#, with: manifest)
        #expect(try Samples.release(text).manifest == .object(location))
        #expect(S3ObjectLocation(location.description) == location)
    }

    @Test func `a manifest stands in the release`() throws {
        let text = Samples.release.replacing(
            #""s3://artifacts/shop.yaml?versionId=v1""#,
            with: #"{"apiVersion": "builderd/v1"}"#
        )
        #expect(try Samples.release(text).manifest == .inline(.object(["apiVersion": .string("builderd/v1")])))
    }

    @Test(arguments: [
        #""s3://artifacts""#, #""s3://artifacts/""#, #""s3:///key""#, #""s3://A_B/key""#,
        #""s3://artifacts/k?versionId=""#, "5", "[]",
        "null", #"{"uri": "x"}"#, #"{"versionId": "v"}"#, #"{"uri": "s3://artifacts/k?versionId=a", "versionId": "b"}"#,
        #"{"uri": "s3://artifacts/k", "version": "b"}"#,
    ])
    func `what is no manifest's place is refused`(manifest: String) {
        let text = Samples.release.replacing(#""s3://artifacts/shop.yaml?versionId=v1""#, with: manifest)
        let error = #expect(throws: DocumentProblems.self) { try Samples.release(text) }
        #expect(error?.problems.allSatisfy { $0.path.hasPrefix("manifest") } == true)
    }

    @Test func `every problem is told at once`() {
        let error = #expect(throws: DocumentProblems.self) {
            try Samples.release(#"{"applicationId": "S", "enviroment": "dev", "version": "", "manifest": 1}"#)
        }
        #expect(error?.problems.map(\.path) == ["applicationId", "enviroment", "version", "environment", "manifest"])
        #expect(error?.problems[1].fix == "did you mean `environment`?")
    }

    @Test func `the canonical text is what Python writes for the same release`() throws {
        // json.dumps(release, sort_keys=True, separators=(",", ":"), ensure_ascii=False), as Config/platform/trigger/index.py does.
        let release = try Samples.release(
            #"""
            {"applicationId": "hello", "environment": "demo", "version": "1.0.0",
             "manifest": "s3://artifacts/hello/manifest.yaml?versionId=abc", "build": "42",
             "requestedBy": "Zo\u00eb \"Z\" \\ \t\u0001\u007f/ \ud83d\ude00"}
            """#.replacing("\\t\\u0001\\u007f", with: "")
        )
        let expected =
            #"{"applicationId":"hello","build":"42","environment":"demo","manifest":"s3://artifacts/hello/manifest.yaml?versionId=abc","requestedBy":"Zoë \"Z\" \\ / 😀","version":"1.0.0"}"#
        #expect(release.document.canonicalText == expected)
        let controls = JSONValue.string("\t\n\r\u{8}\u{C}\u{1}\u{1f}\u{7f}")
        #expect(controls.canonicalText == #""\t\n\r\b\f\u0001\u001f"# + "\u{7f}\"")
    }

    @Test func `the execution's name holds a digest of all of the release, within 80 characters`() throws {
        let release = try Samples.release()
        var digested: [UInt8] = []
        let name = release.executionName { bytes in
            digested = bytes
            return Array(0..<32)
        }
        #expect(name == "shop-dev-000102030405060708090a0b")
        #expect(String(decoding: digested, as: UTF8.self) == release.document.canonicalText)
        #expect(release.document["build"] == .string("42"))
        let longest = Samples.release.replacing("\"shop\"", with: "\"\(String(repeating: "a", count: 31))\"")
            .replacing("\"dev\"", with: "\"\(String(repeating: "e", count: 16))\"")
        #expect(try Samples.release(longest).executionName { _ in Array(repeating: 255, count: 32) }.utf8.count == 73)
    }
}
