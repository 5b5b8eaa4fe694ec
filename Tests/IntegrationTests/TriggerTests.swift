import Foundation
import OpenSSLDigest
import Pipeline
import TestSupport
import Testing

private let python = ProcessInfo.processInfo.environment["BUILDERD_TEST_PYTHON"]

/// The trigger (`Config/platform/trigger/index.py`) and builderd must agree on what a release is and how its execution is called.
@Suite(.enabled(if: python != nil, "BUILDERD_TEST_PYTHON is not set: run Tests/run"))
struct TriggerTests {
    private static let rest = #""environment": "demo", "version": "1.0.0""#
    private static let manifest = #""manifest": "s3://artifacts/hello/manifest.yaml""#

    /// Releases on one line each, and whether they are any.
    private static let releases: [(text: String, isRelease: Bool)] = [
        (#"{"applicationId": "hello", \#(rest), \#(manifest)}"#, true),
        (
            #"{"version": "1.0.0", "manifest": "s3://artifacts/k?versionId=abc", "environment": "demo", "applicationId": "hello"}"#,
            true
        ),
        (
            #"{"applicationId": "hello", \#(rest), "manifest": {"uri": "s3://artifacts/k", "versionId": "v1"}, "build": "7"}"#,
            true
        ),
        (
            #"{"applicationId": "hello", \#(rest), \#(manifest), "build": "7", "commit": "0123abc", "requestedBy": "Zoë 漢 \ud83d\ude00 \"\\/"}"#,
            true
        ),
        (
            #"{"applicationId": "hello", \#(rest), "manifest": {"apiVersion": "builderd/v1", "a": [1, -2, 0, true, null, "\u2028\u007f\u0001\n"], "ü": {"z": 1, "Z": 2, "é": 3, "\ud83d\ude00": 4, "\uff5e": 5}}}"#,
            true
        ),
        (
            #"{"applicationId": "hello", \#(rest), "manifest": {"n": [0.5, 1.0, 100.25, 1e16, 1e-7, 12345678901, -9007199254740991]}}"#,
            true
        ),
        (
            #"{"applicationId": "a\#(String(repeating: "b", count: 30))", "environment": "e\#(String(repeating: "f", count: 15))", "version": "1", \#(manifest)}"#,
            true
        ),
        (#"{"applicationId": "Hello", \#(rest), \#(manifest)}"#, false),
        (#"{"applicationId": "hello", \#(rest), \#(manifest), "colour": "red"}"#, false),
        (#"{"applicationId": "hello", \#(rest)}"#, false),
        (#"{"applicationId": "hello", \#(rest), "manifest": "http://artifacts/k"}"#, false),
        (#"{"applicationId": "hello", \#(rest), "manifest": {"uri": "s3://artifacts/k", "version": "v1"}}"#, false),
        (#"{"applicationId": "hello", \#(rest), \#(manifest), "build": 7}"#, false),
        (#"{"applicationId": "hello", \#(rest), \#(manifest), "commit": "two\nlines"}"#, false),
        (#"{"applicationId": "a\#(String(repeating: "b", count: 31))", \#(rest), \#(manifest)}"#, false),
        (#"{"applicationId": "hello", "environment": "demo", "version": "1/0", \#(manifest)}"#, false),
        ("[]", false),
    ]

    @Test func `the trigger's execution name is Swift's, and both refuse the same releases`() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("releases", Self.releases.map { $0.text + "\n" }.joined())
        let platform = EmulatedStage.checkout + "/Config/platform/trigger"
        let process = Process()
        process.executableURL = URL(filePath: try #require(python))
        process.arguments = [EmulatedStage.checkout + "/Tests/Python/execution_names.py", platform, file]
        process.environment = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let names = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(
            separator: "\n"
        )
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        try #require(names.count == Self.releases.count)
        for (release, name) in zip(Self.releases, names) {
            let ours = try? Release(json: Array(release.text.utf8)).executionName { SHA256.digest($0).array }
            #expect(ours ?? "refused" == String(name), "\(release.text)")
            #expect((name != "refused") == release.isRelease, "\(release.text)")
        }
        #expect(Set(names.filter { $0 != "refused" }).count == Self.releases.filter(\.isRelease).count)
    }
}
