import ActivityWorker
import FoundationEssentials
import Pipeline
import TestSupport
import Testing

/// Pre Provision on a host with a catalogue: what a manifest names must be in it.
@Suite struct PreProvisionCatalogueTests {
    private static let manifest = """
        apiVersion: builderd/v1
        metadata: {applicationId: shop, owner: team, costCenter: cc, dataClass: internal, accountId: "012345678901"}
        spec:
          image:
            template: amazon-linux
            source: ami-1
            chef: {policy: hardened}
            variables: {instance_type: t3.small}
            packages: [jq]
          infrastructure:
            module: web-service
            variables: {instance_count: 2}
          validation:
            profiles: [baseline]
          secrets:
            - {name: token, parameter: /shop/token, stages: [bakery, provision]}

        """

    private func fixture(_ manifest: String = Self.manifest, environment: String = "") throws -> PreProvisionFixture {
        let fixture = try PreProvisionFixture(
            manifest: manifest,
            environment: PreProvisionFixture.environmentFile + environment
        )
        let files = [
            "packer/amazon-linux/a.pkr.hcl":
                ["source_image", "chef_policy", "packages", "instance_type", "token", "region", "kms_key_id"]
                .map { "variable \"\($0)\" {}\n" }.joined(),
            "packer/plain/a.pkr.hcl": "variable \"instance_type\" {}\nvariable \"token\" {}\n",
            "terraform/web-service/a.tf":
                ["image_id", "instance_count", "token", "colour"].map { "variable \"\($0)\" {}\n" }.joined(),
            "chef/hardened/Policyfile.rb": "", "inspec/baseline/inspec.yml": "", "packer/README.md": "",
        ]
        for (path, text) in files { try fixture.folder.write("catalogue/" + path, text) }
        return fixture
    }

    private func problems(_ fixture: PreProvisionFixture) async throws -> [Substring] {
        let failure = await #expect(throws: TaskFailure.self) { _ = try await fixture.run() }
        #expect(failure?.error == "PreProvision.ManifestInvalid")
        #expect(fixture.stores.now.parameters.isEmpty)
        return try #require(failure?.detail).split(separator: "\n")
    }

    @Test func `a manifest that names what there is passes`() async throws {
        #expect(try await fixture().run().parameters.count == 4)
    }

    @Test(arguments: [
        (
            "template: amazon-linux", "template: amazon-linus",
            "spec.image.template (line 5): found \"amazon-linus\", and the catalogue has no such Packer template; allowed: amazon-linux, plain; do: did you mean `amazon-linux`?"
        ),
        (
            "policy: hardened", "policy: other",
            "spec.image.chef.policy (line 7): found \"other\", and the catalogue has no such Chef policy; allowed: hardened; do: use one of these"
        ),
        (
            "module: web-service", "module: web",
            "spec.infrastructure.module (line 11): found \"web\", and the catalogue has no such Terraform module"
        ),
        (
            "[baseline]", "[baseline, base-line]",
            "spec.validation.profiles[1] (line 14): found \"base-line\", and the catalogue has no such profile; allowed: baseline; do: did you mean `baseline`?"
        ),
        (
            "instance_count: 2", "instance_cuont: 2",
            "spec.infrastructure.variables.instance_cuont (line 12): found the variable \"instance_cuont\", which the Terraform module \"web-service\" does not declare; allowed: colour, instance_count, token; do: did you mean `instance_count`?"
        ),
        (
            "{instance_type: t3.small}", "{instance_typ: t3.small}",
            "spec.image.variables.instance_typ (line 8): found the variable \"instance_typ\", which the Packer template \"amazon-linux\" does not declare; allowed: instance_type, token; do: did you mean `instance_type`?"
        ),
        (
            "{instance_type: t3.small}", "{region: eu-west-1}",
            "spec.image.variables.region (line 8): found the variable \"region\", which builderd gives itself"
        ),
        (
            "{instance_count: 2}", "{image_id: ami-2}",
            "spec.infrastructure.variables.image_id (line 12): found the variable \"image_id\", which builderd gives itself"
        ),
    ])
    func `what the catalogue does not have is told with what it has`(good: String, bad: String, problem: String)
        async throws
    {
        try #require(Self.manifest.contains(good))
        let found = try await problems(fixture(Self.manifest.replacing(good, with: bad)))
        #expect(found.count == 1 && found[0].contains(problem), "\(found)")
    }

    @Test func `a secret that no tool takes is told for each stage`() async throws {
        let found = try await problems(fixture(Self.manifest.replacing("name: token", with: "name: tokem")))
        #expect(found.count == 2)
        #expect(
            found.allSatisfy { $0.contains("spec.secrets[0].name (line 16)") && $0.contains("did you mean `token`?") }
        )
    }

    @Test func `what a template cannot do is told where the manifest asks it`() async throws {
        let found = try await problems(fixture(Self.manifest.replacing("amazon-linux", with: "plain")))
        for place in ["spec.image.packages (line 9)", "spec.image.chef (line 7)", "spec.image.source (line 6)"] {
            #expect(found.contains { $0.contains(place) }, "\(place)")
        }
        #expect(found.count == 3)
    }

    @Test func `everything is told at once, together with what does not fit the environment`() async throws {
        let wrong = Self.manifest.replacing("module: web-service", with: "module: x").replacing(
            "hardened",
            with: "other"
        )
        .replacing("012345678901", with: "111111111111")
        let found = try await problems(fixture(wrong))
        #expect(found.count == 3, "\(found)")
    }

    @Test func `what the environment adds is checked too, and said to be the environment's`() async throws {
        let defaults = """
            defaults:
              image: {variables: {instance_type: x, zone: a}}
              validation: {profiles: [strict]}

            """
        let found = try await problems(fixture(environment: defaults))
        #expect(found.count == 2)
        #expect(found.contains { $0.contains("defaults.image.variables.zone of the environment `dev`") })
        #expect(
            found.contains { $0.contains("defaults.validation.profiles of the environment `dev`: found \"strict\"") }
        )
    }

    @Test func `a default of the rules that no tool takes is said to be one`() async throws {
        let fixture = try fixture()
        try fixture.folder.write(
            "rules/a.yaml",
            "apiVersion: builderd/v1\nrules: [{id: a, subject: {}, effect: default, path: spec.image.variables.zone, constraint: {equals: 1}, reason: r, owner: o}]"
        )
        let found = try await problems(fixture)
        #expect(found.count == 1 && found[0].contains("\"zone\", by a default of the rules"))
    }

    @Test(arguments: ["", "/packer", "/terraform", "/inspec", "/chef"])
    func `what the host does not have is not compared`(part: String) async throws {
        // The manifest names nothing that there is.
        var manifest = Self.manifest
        for name in ["amazon-linux", "web-service", "hardened", "baseline"] {
            manifest = manifest.replacing(name, with: "absent")
        }
        let fixture = try fixture(manifest)
        try FileManager.default.removeItem(atPath: fixture.folder.path + "/catalogue" + part)
        if part.isEmpty {
            #expect(try await fixture.run().parameters.count == 4)
            let about = fixture.notices.all.filter { $0.contains("catalogue") }
            #expect(about.count == 1 && about[0].contains(fixture.folder.path + "/catalogue."))
        } else {
            #expect(try await problems(fixture).count == 3)
        }
    }
}
