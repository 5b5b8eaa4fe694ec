import Foundation
import TestSupport
import Testing

@testable import DaemonCore

@Suite struct ServiceEnvironmentTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A `systemctl` that says this of the unit, and an environment that finds it.
    private func own(_ properties: String, status: Int = 0) throws -> [String: String] {
        try folder.write("said", properties)
        let script = try folder.write(
            "systemctl",
            "#!/bin/sh\n[ \"$1 $2\" = 'show builderd.service' ] || exit 3\ncat '\(folder.path)/said'\nexit \(status)\n"
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
        return ["PATH": "\(folder.path):/usr/bin:/bin", "AWS_PROFILE": "mine"]
    }

    private func find(
        _ wish: ServiceEnvironment.Wish,
        _ own: [String: String],
        isRoot: Bool = false,
        account: @Sendable (String) -> UserAccount? = { _ in nil }
    ) async -> ServiceEnvironment {
        await ServiceEnvironment.find(
            wish,
            own: own,
            file: "/somewhere/builderd.yaml",
            command: "doctor",
            isRoot: isRoot,
            account: account
        )
    }

    @Test func `a service that runs lends its process's environment, and no value of it is told`() async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sleep")
        process.arguments = ["600"]
        process.environment = [
            "AWS_SECRET_ACCESS_KEY": "very/secret+value", "BUILDERD_LOG_LEVEL": "debug", "HOME": "/of/it",
            "ODD": "a=b\nc",
        ]
        // Nothing of it may outlive the test, nor hold the test's own output open.
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let own = try own("MainPID=\(process.processIdentifier)\nLoadState=loaded\nEnvironment=\n")
        let found = await find(.service, own)
        #expect(found.isService && found.variables == process.environment)
        #expect(found.finding.level == .ok)
        #expect(
            found.finding.message.contains(
                "of process \(process.processIdentifier) (AWS_SECRET_ACCESS_KEY, BUILDERD_LOG_LEVEL)"
            )
        )
        #expect(!"\(found.finding)".contains("secret+value"))
        // What the process holds is not root's word: tools run as the same user.
        let asRoot = await find(.service, own, isRoot: true)
        #expect(asRoot.isService && asRoot.variables == ["PATH": own["PATH"]], "\(asRoot.variables)")
        #expect(asRoot.finding.message.contains("as its unit sets it"))
    }

    @Test func `of a service that does not run it is what the unit sets`() async throws {
        let file = try folder.write(
            "more.env",
            "# AWS_NO=1\n; AWS_NOR=1\nBUILDERD_LOG_LEVEL=trace\nAWS_REGION = 'a b'\n"
        )
        let own = try own(
            #"""
            MainPID=0
            LoadState=loaded
            Environment=AWS_SHARED_CREDENTIALS_FILE=/run/credentials/builderd.service/none "AWS_PROFILE=with \"two\" words" BUILDERD_LOG_LEVEL=info
            EnvironmentFiles=\#(file) (ignore_errors=no)
            EnvironmentFiles=/nonexistent (ignore_errors=yes)
            """#
        )
        let found = await find(.service, own)
        #expect(found.isService && found.finding.message.contains("as it does not run"))
        #expect(
            found.variables == [
                "PATH": own["PATH"], "AWS_SHARED_CREDENTIALS_FILE": "/run/credentials/builderd.service/none",
                "AWS_PROFILE": #"with "two" words"#, "BUILDERD_LOG_LEVEL": "trace", "AWS_REGION": "a b",
            ]
        )
    }

    @Test func `the service's user has its home, and root is told of profiles there and does not read them`()
        async throws
    {
        let own = try own("MainPID=0\nLoadState=loaded\nUser=worker\nEnvironment=AWS_SHARED_CREDENTIALS_FILE=/c\n")
        let home = folder.path
        let itself = await find(.service, own) { UserAccount(name: $0, number: geteuid(), group: 0, home: home) }
        #expect(itself.variables["HOME"] == home && itself.finding.level == .ok)
        let other: @Sendable (String) -> UserAccount? = {
            UserAccount(name: $0, number: geteuid() + 1, group: 0, home: home)
        }
        // A file that a variable stands in for is not looked at.
        try FileManager.default.createDirectory(atPath: home + "/.aws", withIntermediateDirectories: true)
        try folder.write(".aws/credentials", "[default]\n")
        let without = await find(.service, own, isRoot: true, account: other)
        #expect(without.variables["HOME"] == nil && without.finding.level == .ok, "\(without.finding)")
        try folder.write(".aws/config", "[default]\ncredential_process = /evil\n")
        let root = await find(.service, own, isRoot: true, account: other)
        #expect(root.isService && root.variables["HOME"] == nil)
        #expect(root.finding.level == .warning && root.finding.message.contains("\(home)/.aws/config"))
        #expect(root.finding.fix?.contains("runuser -u worker -- builderctl doctor") == true, "\(root.finding)")
    }

    @Test
    func `where there is no such service one's own is used, and is a failure only where the service's is asked for`()
        async throws
    {
        let cases = [
            try own("MainPID=0\nLoadState=not-found\n"),
            ["PATH": "/nonexistent", "AWS_PROFILE": "mine"],
        ]
        for own in cases {
            let found = await find(.service, own)
            #expect(!found.isService && found.variables == own && found.finding.level == .failure, "\(found.finding)")
            let auto = await ServiceEnvironment.find(
                .auto,
                own: own,
                file: ServiceEnvironment.configurationFile,
                command: "doctor"
            )
            #expect(!auto.isService && auto.variables == own && auto.finding.level == .ok, "\(auto.finding)")
        }
        let failing = await find(.service, try own("", status: 4))
        #expect(failing.finding.message.contains("systemctl ended with 4"), "\(failing.finding)")
    }

    @Test func `by itself the service's is used only for the service's own file`() async throws {
        let own = try own("MainPID=0\nLoadState=loaded\nEnvironment=AWS_PROFILE=its\n")
        #expect(await find(.auto, own).variables == own)
        #expect(await find(.own, own).variables == own)
        let auto = await ServiceEnvironment.find(
            .auto,
            own: own,
            file: ServiceEnvironment.configurationFile,
            command: "doctor"
        )
        #expect(auto.isService && auto.variables["AWS_PROFILE"] == "its")
    }

    @Test func `an environment that may not be read is a warning with the command to run`() async throws {
        // A folder cannot be read as a file, whoever asks: what another user's process is to an ordinary one.
        let own = try own("MainPID=0\nLoadState=loaded\nEnvironmentFiles=\(folder.path) (ignore_errors=no)\n")
        let found = await find(.service, own)
        #expect(!found.isService && found.variables == own && found.finding.level == .warning)
        #expect(found.finding.fix?.contains("sudo builderctl doctor") == true, "\(found.finding)")
    }
}
