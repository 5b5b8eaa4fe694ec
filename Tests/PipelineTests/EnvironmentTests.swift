import Pipeline
import Testing

@Suite struct EnvironmentTests {
    @Test func `an environment is read with its defaults`() throws {
        let environment = try Samples.environment("apiVersion: builderd/v1\nenvironment: dev\naccounts: {}\n")
        #expect(environment.accounts.isEmpty)
        #expect(environment.defaults.logging.retentionDays == 365)
        #expect(environment.defaults.validation.profiles.isEmpty)
        #expect(environment.locked.isEmpty)
    }

    @Test func `locked paths are text, or a path and a reason`() throws {
        let text =
            Samples.environment
            + "\nlocked:\n- spec.image.source\n- {path: spec.image.variables.zone, reason: one zone}\n"
        #expect(
            try Samples.environment(text).locked == [
                LockedPath(path: "spec.image.source"),
                LockedPath(path: "spec.image.variables.zone", reason: "one zone"),
            ]
        )
    }

    @Test(arguments: [
        "spec.image.template", "spec.image", "spec", "metadata.owner", "spec.imag.source", "spec.image.variables.a-b",
        "", "spec..image",
        "spec.secrets.name",
    ])
    func `a path that cannot be locked is refused`(path: String) {
        let error = #expect(throws: DocumentProblems.self) {
            try Samples.environment(Samples.environment + "\nlocked: [\"\(path)\"]\n")
        }
        #expect(error?.problems.map(\.path) == ["locked[0]"])
    }

    @Test(arguments: [
        ("environment: dev", "environment: prod", "environment"),
        ("environment: dev", "environment: no", "environment"),
        ("\"000000000000\": {}", "\"00000000000\": {}", "accounts.00000000000"),
        ("\"000000000000\": {}", "\"000000000000\": {externalId: abc}", "accounts.000000000000.externalId"),
        ("\"000000000000\": {}", "\"000000000000\": {role: abc}", "accounts.000000000000.role"),
        (
            "arn:aws:iam::012345678901:role/builderd", "arn:aws:iam::012345678901:user/x",
            "accounts.012345678901.roleArn"
        ),
        ("retentionDays: 90", "retentionDays: 91", "defaults.logging.retentionDays"),
        ("profiles: [baseline]", "profiles: [../x]", "defaults.validation.profiles[0]"),
        ("zone: a", "zone: off", "defaults.infrastructure.variables.zone"),
        ("defaults:", "default:", "default"),
    ])
    func `what is wrong is named`(good: String, bad: String, path: String) throws {
        try #require(Samples.environment.contains(good))
        let error = #expect(throws: DocumentProblems.self) {
            try Samples.environment(Samples.environment.replacing(good, with: bad))
        }
        #expect(error?.problems.map(\.path) == [path])
    }

    @Test func `an account id without quotes is refused as a key`() throws {
        let text = Samples.environment.replacing("\"012345678901\":", with: "012345678901:")
        let error = #expect(throws: DocumentProblems.self) { try Samples.environment(text) }
        #expect(error?.problems.first?.fix == "write the key in quotes: \"012345678901\"")
    }
}
