import ActivityWorker
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

/// What Pre Provision does with the rules on its host; what each rule means is tested with `RuleSet`.
@Suite struct PreProvisionRulesTests {
    private static let manifest = PreProvisionFixture.manifest().replacing(
        "  validation:",
        with: "  services: [{type: s3, access: read}]\n  validation:"
    )

    private func fixture(_ rules: String?, manifest: String = Self.manifest) throws -> PreProvisionFixture {
        let fixture = try PreProvisionFixture(manifest: manifest)
        if let rules { try fixture.folder.write("rules/rules.yaml", "apiVersion: builderd/v1\nrules:\n\(rules)") }
        return fixture
    }

    private func rule(_ effect: String, _ path: String, _ constraint: String? = nil, id: String = "rule") -> String {
        "- {id: \(id), subject: {}, effect: \(effect), path: \(path)"
            + (constraint.map { ", constraint: \($0)" } ?? "") + ", reason: because, owner: them}\n"
    }

    private func failure(_ fixture: PreProvisionFixture) async throws -> TaskFailure {
        let failure = await #expect(throws: TaskFailure.self) { _ = try await fixture.run() }
        // Nothing is written before the verdict.
        #expect(fixture.stores.now.parameters.isEmpty)
        return try #require(failure)
    }

    @Test func `without a folder of rules, services are denied and nothing else`() async throws {
        let failure = try await failure(fixture(nil))
        #expect(failure.error == "PreProvision.RuleDenied")
        #expect(failure.detail?.contains("spec.services[0]") == true)
        #expect(failure.detail?.contains("\n") == false)
        let without = try fixture(nil, manifest: PreProvisionFixture.manifest())
        #expect(try await without.run().parameters.count == 4)
        #expect(without.notices.all.count { $0.contains("no folder of rules") } == 1)
    }

    @Test func `an allowed service passes`() async throws {
        let fixture = try fixture(rule("allow", "spec.services.s3"))
        #expect(try await fixture.run().parameters.count == 4)
        #expect(!fixture.notices.all.contains { $0.contains("rules") })
    }

    @Test func `every denial is told at once, with rule, place, value, reason, owner and what to do`() async throws {
        let failure = try await failure(
            fixture(
                rule("deny", "spec.image.template", "{equals: amazon-linux}", id: "template")
                    + rule("lock", "spec.logging.groups", id: "groups")
                    + rule("require-approval", "spec.release.smokeTests", id: "approved")
            )
        )
        #expect(failure.error == "PreProvision.RuleDenied")
        #expect(failure.message.contains("4 things") && failure.message.contains(PreProvisionFixture.manifestURI))
        let lines = try #require(failure.detail).split(separator: "\n")
        #expect(lines.count == 4)
        #expect(
            lines.contains {
                $0.contains(
                    "spec.image.template (line 4): found \"amazon-linux\"; rule template (owner: them): because; do: use another value"
                )
            }
        )
        for id in ["rule groups", "rule approved", "no rule"] { #expect(lines.contains { $0.contains(id) }, "\(id)") }
    }

    @Test func `a manifest that is not right is said to be, and what the rules refuse is told with it`() async throws {
        let wrong = Self.manifest.replacing("012345678901", with: "111111111111")
        let failure = try await failure(fixture(nil, manifest: wrong))
        #expect(failure.error == "PreProvision.ManifestInvalid")
        let detail = try #require(failure.detail)
        #expect(detail.contains("metadata.accountId") && detail.contains("refuse besides:\n1. spec.services[0]"))
    }

    @Test func `a default reaches the sections`() async throws {
        let fixture = try fixture(
            rule("default", "spec.logging.retentionDays", "{equals: 7}", id: "a")
                + rule("default", "spec.image.variables.agent", "{equals: true}", id: "b"),
            manifest: PreProvisionFixture.manifest()
        )
        let output = try await fixture.run()
        let post = try await fixture.section(PostProvisionSection.self, of: .postProvision, from: output)
        #expect(post.retentionDays == 7)
        let bakery = try await fixture.section(BakerySection.self, of: .bakery, from: output)
        #expect(bakery.variables == ["agent": .bool(true), "instance_type": .string("t3.small")])
    }

    @Test(arguments: [
        (
            "rules/rules.yaml", "apiVersion: builderd/v1\nrules: [{id: x}]\n", "rules/rules.yaml",
            "rules[0].effect (line 2)"
        ),
        ("rules/rules.yaml", "rules: [", "rules/rules.yaml", "not YAML"),
        ("rules/rules.yaml", "", "rules/rules.yaml", "empty"),
        ("rules/more.yml", "", "rules/more.yml", ""), ("rules/more.json", "{}", "rules/more.json", ""),
        ("rules/rules.yaml/x", "", "rules/rules.yaml", ""), ("rules", "", "/rules", ""),
    ])
    func `rules that cannot be read refuse every manifest and are named`(
        path: String,
        text: String,
        name: String,
        detail: String
    ) async throws {
        let fixture = try fixture(nil, manifest: PreProvisionFixture.manifest())
        try fixture.folder.write(path, text)
        let failure = try await failure(fixture)
        #expect(failure.error == "PreProvision.RulesInvalid")
        #expect(failure.message.contains(fixture.folder.path + "/" + name.drop { $0 == "/" }), "\(failure.message)")
        if !detail.isEmpty { #expect(failure.detail?.contains(detail) == true, "\(failure)") }
        #expect(failure.next.contains("redrive"))
    }

    @Test(arguments: ["README.md", ".rules.yaml.swp", "rules.yaml~"])
    func `what is no rules file is passed over`(name: String) async throws {
        let fixture = try fixture(rule("allow", "spec.services.s3"))
        try fixture.folder.write("rules/" + name, "not: [rules")
        #expect(try await fixture.run().parameters.count == 4)
    }

    @Test(arguments: [
        ("default", "spec.image.chef.attributes.x", "{equals: 1}", "spec.image.chef.policy"),
        ("default", "spec.release.steps", "{equals: [100]}", "spec.release.steps"),
    ])
    func `a default that makes the manifest wrong is the rules' fault`(
        effect: String,
        path: String,
        constraint: String,
        detail: String
    ) async throws {
        let failure = try await failure(
            fixture(rule(effect, path, constraint), manifest: PreProvisionFixture.manifest())
        )
        #expect(failure.error == "PreProvision.RulesInvalid")
        #expect(failure.detail?.contains(detail) == true, "\(failure)")
    }

    @Test func `two defaults that cannot both hold are the rules' fault`() async throws {
        let failure = try await failure(
            fixture(
                rule("default", "spec.logging.retentionDays", "{equals: 7}", id: "a")
                    + rule("default", "spec.logging.retentionDays", "{equals: 14}", id: "b"),
                manifest: PreProvisionFixture.manifest()
            )
        )
        #expect(failure.error == "PreProvision.RulesInvalid")
        #expect(failure.message.contains("a and b"))
    }

    @Test func `the environment's locks and defaults hold as they did`() async throws {
        let fixture = try fixture(
            rule("default", "spec.image.variables.b", "{equals: 2}"),
            manifest: PreProvisionFixture.manifest()
        )
        try fixture.folder.write(
            "dev.yaml",
            PreProvisionFixture.environmentFile
                + "defaults: {image: {variables: {a: 1, b: 1}}}\nlocked: [spec.image.source]\n"
        )
        let output = try await fixture.run()
        let section = try await fixture.section(BakerySection.self, of: .bakery, from: output)
        #expect(
            section.variables == ["a": .integer(1), "b": .integer(2), "instance_type": .string("t3.small")]
        )
        fixture.put(
            Array(PreProvisionFixture.manifest().replacing("template:", with: "source: ami-1, template:").utf8)
        )
        let failure = await #expect(throws: TaskFailure.self) { _ = try await fixture.run() }
        #expect(failure?.error == "PreProvision.ManifestInvalid")
        #expect(failure?.detail?.contains("locked by the environment") == true)
    }
}
