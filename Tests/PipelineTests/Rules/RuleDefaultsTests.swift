import Pipeline
import Testing

@Suite struct RuleDefaultsTests {
    private func rule(_ path: String, _ value: String, subject: String = "{}", id: String = "rule") -> String {
        "- {id: \(id), subject: \(subject), effect: default, path: \(path), constraint: {equals: \(value)}, reason: r, owner: o}\n"
    }

    private static let small = """
        apiVersion: builderd/v1
        metadata: {applicationId: shop, owner: team, costCenter: cc, dataClass: internal, accountId: "012345678901"}
        spec:
          image: {template: amazon-linux}
          infrastructure: {module: web-service, variables: {zone: null}}
          logging: {retentionDays: null}
          secrets: [{name: token, parameter: /shop/token, stages: [bakery]}]
        """

    private func manifest(_ rules: String, _ text: String = small) throws -> ApplicationManifest {
        let node = try Samples.node(text)
        let subject = RuleSubject(of: try ApplicationManifest(document: node), environment: "dev")
        return try ApplicationManifest(document: Samples.rules(rules).withDefaults(node, for: subject))
    }

    @Test func `a default stands where the manifest says nothing, and makes what leads to it`() throws {
        let spec = try manifest(
            rule("spec.image.chef.policy", "base", id: "a") + rule("spec.image.variables.size", "8", id: "b")
                + rule("spec.validation.inputs", "{port: 443}", id: "c")
                + rule("spec.logging.retentionDays", "30", id: "d")
                + rule("spec.image.packages", "[jq]", id: "e")
        ).spec
        #expect(spec.image.chef?.policy == "base")
        #expect(spec.image.variables == ["size": .integer(8)])
        #expect(spec.image.packages == ["jq"])
        #expect(spec.validation.inputs == ["port": .integer(443)])
        #expect(spec.logging.retentionDays == 30)
    }

    @Test(arguments: [
        ("spec.image.variables.instance_type", "t3.large"), ("spec.logging.retentionDays", "90"),
        ("spec.image.packages", "[vim]"), ("spec.infrastructure.variables.db_password", "x"),
        ("spec.services", "[]"),
    ])
    func `what the manifest says itself stays, a secret's variable too`(path: String, value: String) throws {
        #expect(try manifest(rule(path, value), Samples.manifest) == Samples.manifest(Samples.manifest))
    }

    @Test func `null among variables is a value, an empty list is said`() throws {
        #expect(
            try manifest(rule("spec.infrastructure.variables.zone", "a")).spec.infrastructure.variables == [
                "zone": .null
            ]
        )
        let empty = Samples.manifest.replacing("packages: [nginx, jq]", with: "packages: []")
        #expect(try manifest(rule("spec.image.packages", "[vim]"), empty).spec.image.packages.isEmpty)
    }

    @Test func `the closest subject is taken`() throws {
        let everyone = rule("spec.logging.retentionDays", "30", id: "a")
        let shop = rule("spec.logging.retentionDays", "60", subject: "{application: shop}", id: "b")
        let here = rule("spec.logging.retentionDays", "90", subject: "{application: shop, environment: dev}", id: "c")
        let other = rule("spec.logging.retentionDays", "7", subject: "{application: other, environment: dev}", id: "d")
        #expect(try manifest(everyone + shop).spec.logging.retentionDays == 60)
        #expect(try manifest(here + everyone + shop + other).spec.logging.retentionDays == 90)
    }

    @Test func `two equally close defaults are a conflict, unless they agree`() throws {
        let one = rule("spec.logging.retentionDays", "30", subject: "{application: shop}", id: "a")
        let two = rule("spec.logging.retentionDays", "60", subject: "{environment: dev}", id: "b")
        let conflict = #expect(throws: RuleConflict.self) { try manifest(one + two) }
        #expect(conflict == RuleConflict(path: "spec.logging.retentionDays", rules: ["a", "b"]))
        #expect(try manifest(one + two.replacing("60", with: "30")).spec.logging.retentionDays == 30)
    }
}
