import FoundationEssentials
import TestSupport
import Testing

@testable import AWSClient

@Suite struct SharedConfigurationTests {
    @Test("The credentials file wins property by property, [profile default] beats [default]")
    func merging() throws {
        let shared = try SharedConfiguration(
            .fake(
                [:],
                files: [
                    "/home/b/.aws/config":
                        "[profile default]\nregion = a\naws_access_key_id = C\n[default]\nregion = b\noutput = x\n",
                    "/home/b/.aws/credentials": "[default]\naws_access_key_id = K\n",
                ]
            )
        )
        let profile = try #require(shared.profiles["default"])
        #expect(profile["region"] == "a")
        #expect(profile["output"] == nil)
        #expect(profile["aws_access_key_id"] == "K")
    }

    @Test("AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name other files, with ~ for the home folder")
    func otherFiles() throws {
        let environment = AWSEnvironment.fake(
            ["AWS_CONFIG_FILE": "~/c", "AWS_SHARED_CREDENTIALS_FILE": "/k"],
            files: [
                "/home/b/c": "[profile a]\nregion = x\n", "/k": "[b]\nregion = y\n",
                "/home/b/.aws/config": "[profile z]\n",
            ]
        )
        #expect(try SharedConfiguration(environment).profiles.keys.sorted() == ["a", "b"])
    }

    @Test(
        "The configured profile beats AWS_PROFILE, and one that does not exist is an error that lists those there are"
    )
    func choosing() throws {
        let files = ["/home/b/.aws/config": "[profile a]\nregion = x\n[profile b]\nregion = y\n"]
        let both = AWSEnvironment.fake(["AWS_PROFILE": "a"], files: files, profile: "b")
        #expect(try SharedConfiguration(both).profile(both)?.name == "b")
        let variable = AWSEnvironment.fake(["AWS_PROFILE": "a"], files: files)
        #expect(try SharedConfiguration(variable).profile(variable)?.name == "a")
        let none = AWSEnvironment.fake([:], files: files)
        #expect(try SharedConfiguration(none).profile(none) == nil)
        let missing = AWSEnvironment.fake(["AWS_PROFILE": "c"], files: files)
        let problem = try #require(throws: SharedConfigProblem.self) {
            try SharedConfiguration(missing).profile(missing)
        }
        for part in ["profile c", "AWS_PROFILE", "/home/b/.aws/config", "a, b"] {
            #expect(problem.message.contains(part))
        }
    }

    @Test("Real files: absent is empty, a folder and an oversize file are errors that name it, /dev/null is empty")
    func realFiles() throws {
        let folder = try TemporaryFolder()
        #expect(try BoundedFile.read(folder.path + "/none") == nil)
        #expect(try BoundedFile.read(folder.path + "/none/deeper") == nil)
        #expect(try BoundedFile.read("/dev/null") == [])
        let text = String(repeating: "x", count: 100_000)
        #expect(try BoundedFile.read(try folder.write("f", text))?.count == 100_000)
        let large = try folder.write("large", String(repeating: "x", count: BoundedFile.limitBytes + 1))
        for path in [folder.path, large] {
            let problem = try #require(throws: FileProblem.self) { try BoundedFile.read(path) }
            #expect(problem.message.contains(path))
        }
        var environment = AWSEnvironment(variables: ["AWS_CONFIG_FILE": folder.path])
        let problem = try #require(throws: SharedConfigProblem.self) { try SharedConfiguration(environment) }
        #expect(problem.message.contains(folder.path))
        environment.variables = [:]
        #expect(try SharedConfiguration(environment).files.isEmpty)
    }
}
