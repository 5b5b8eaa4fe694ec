import Pipeline
import Testing

@Suite struct ManifestMergeTests {
    private func merge(
        _ manifest: String = Samples.manifest,
        _ environment: String = Samples.environment,
        _ release: String = Samples.release
    ) throws -> MergedSections {
        let node = try Samples.node(manifest)
        return try ManifestMerge(
            manifest: ApplicationManifest(document: node),
            node: node,
            environment: Samples.environment(environment),
            release: Samples.release(release)
        ).sections()
    }

    private func problems(_ manifest: String, _ environment: String = Samples.environment) throws -> [DocumentProblem] {
        let error = #expect(throws: DocumentProblems.self) { try merge(manifest, environment) }
        return try #require(error).problems
    }

    @Test func `the manifest wins over the environment, and what it leaves out is the environment's`() throws {
        let sections = try merge()
        #expect(
            sections.bakery.variables == [
                "instance_type": .string("t3.small"), "volumes": .array([.integer(8), .integer(16)]),
                "agent": .string("on-host"),
            ]
        )
        #expect(sections.provision.variables == ["instance_count": .integer(3), "zone": .string("a")])
        #expect(sections.validation.inputs == ["port": .integer(8080), "strict": .bool(true)])
        #expect(sections.postProvision.retentionDays == 30)
        #expect(
            try merge(Samples.manifest.replacing("    retentionDays: 30\n", with: "")).postProvision.retentionDays == 90
        )
    }

    @Test func `profiles are joined, the environment's first and each once`() throws {
        #expect(try merge().validation.profiles == ["baseline", "shop-profile"])
    }

    @Test func `every section has the head: tags and access to the account`() throws {
        let sections = try merge()
        let head = SectionHead(
            applicationId: "shop",
            environment: "dev",
            version: "1.4.0",
            accountId: "012345678901",
            tags: [
                "applicationId": "shop", "environment": "dev", "version": "1.4.0", "owner": "team-shop",
                "costCenter": "cc-1234",
                "dataClass": "internal",
            ],
            access: AccountAccess(roleArn: "arn:aws:iam::012345678901:role/builderd", externalId: "shop-dev")
        )
        #expect(
            [sections.bakery.head, sections.provision.head, sections.validation.head, sections.postProvision.head]
                .allSatisfy { $0 == head }
        )
        let builder = try merge(Samples.manifest.replacing("012345678901", with: "000000000000"))
        #expect(builder.provision.head.access == nil)
    }

    @Test func `a secret goes to the stages that it names, as a reference`() throws {
        let sections = try merge()
        #expect(sections.bakery.secrets.map(\.name) == ["repo_token"])
        #expect(sections.provision.secrets.map(\.name) == ["db_password", "repo_token"])
    }

    @Test func `an account that is not listed is refused`() throws {
        let problems = try problems(Samples.manifest.replacing("012345678901", with: "111111111111"))
        #expect(problems.map(\.path) == ["metadata.accountId"])
        #expect(problems[0].line == 7)
    }

    @Test func `another application's manifest is refused`() throws {
        let problems = try problems(Samples.manifest.replacing("applicationId: shop", with: "applicationId: shoq"))
        #expect(problems.map(\.path) == ["metadata.applicationId"])
        #expect(problems[0].allowed.contains("`shop`"))
    }

    @Test func `what the environment locks is refused with the reason, and only where the manifest sets it`() throws {
        let locked =
            Samples.environment
            + "\nlocked:\n- {path: spec.logging.retentionDays, reason: audit keeps them}\n- spec.image.variables.agent\n- spec.validation.waivers\n"
        let problems = try problems(Samples.manifest, locked)
        #expect(problems.map(\.path) == ["spec.logging.retentionDays", "spec.validation.waivers"])
        #expect(problems[0].allowed == "nothing: locked by the environment `dev` (audit keeps them)")
        #expect(problems[0].line == 29)
        let without = Samples.manifest.replacing("    retentionDays: 30\n", with: "").replacing(
            "    waivers:\n",
            with: ""
        )
        .replacing(
            "      - {control: ssh-01, expires: \"2030-12-31\", justification: accepted by security}\n",
            with: ""
        )
        #expect(try merge(without, locked).postProvision.retentionDays == 90)
    }

    @Test(arguments: ["spec.infrastructure.variables.db_password", "spec.infrastructure.variables", "spec.secrets"])
    func `a secret does not open a locked variable`(path: String) throws {
        let locked = Samples.environment + "\nlocked: [\(path)]\n"
        #expect(try problems(Samples.manifest, locked).contains { $0.path.hasPrefix("spec.secrets") })
    }

    @Test func `a secret does not repeat a variable of the environment`() throws {
        let problems = try problems(Samples.manifest.replacing("name: db_password", with: "name: zone"))
        #expect(problems.map(\.path) == ["spec.secrets[0].name"])
    }

    @Test func `a strategy that this version does not carry out is refused`() throws {
        let blueGreen = Samples.manifest.replacing(
            "strategy: all-at-once",
            with: "strategy: blue-green\n    steps: [100]"
        )
        #expect(try problems(blueGreen).map(\.path) == ["spec.release.strategy"])
    }

    @Test func `every problem is told at once`() throws {
        let manifest = Samples.manifest.replacing("012345678901", with: "111111111111").replacing(
            "applicationId: shop",
            with: "applicationId: shoq"
        )
        #expect(try problems(manifest, Samples.environment + "\nlocked: [spec.image.source]\n").count == 3)
    }

    @Test func `the same sections are always the same text, which reads back`() throws {
        let documents = try merge().documents()
        #expect(documents.map(\.stage) == [.bakery, .provision, .validation, .postProvision])
        #expect(try merge().documents() == documents)
        let node = try Samples.node(documents[0].text)
        #expect(node.json["template"] == .string("amazon-linux"))
        #expect(node.json["head"]?["access"]?["externalId"] == .string("shop-dev"))
    }
}
