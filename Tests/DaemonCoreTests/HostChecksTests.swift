import Foundation
import TestSupport
import Testing

@testable import DaemonCore

@Suite struct HostChecksTests {
    @Test(arguments: [
        ("exit 0", "ended with 0 and said nothing"), ("echo broken >&2; exit 3", "ended with 3: broken"),
        ("echo; exit 7", "ended with 7 and said nothing"),
    ])
    func `a tool that does not say its version is a failure that tells what it did`(script: String, text: String)
        async throws
    {
        let folder = try TemporaryFolder()
        let tool = try folder.write("packer", "#!/bin/sh\n\(script)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: tool)
        let written = ConfigurationLoaderTests.complete(folder.path).replacing("path: /bin/sh", with: "path: \(tool)")
        let file = try folder.write("builderd.yaml", written)
        let configuration = try await ConfigurationLoader(file: file, environment: [:]).load()
        let findings = await HostChecks(configuration: configuration, environment: [:]).findings()
        let packer = try #require(findings.first { $0.check == "tool packer" })
        #expect(packer.level == .failure && packer.message.hasSuffix(text), "\(packer)")
        #expect(packer.fix?.contains("tools.packer.path") == true)
    }
}
