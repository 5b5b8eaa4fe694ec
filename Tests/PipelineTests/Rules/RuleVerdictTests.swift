import Pipeline
import Testing

@Suite struct RuleVerdictTests {
    private static let allowServices = """
        - {id: services, subject: {}, effect: allow, path: spec.services.s3, constraint: {in: [read]}, reason: r, owner: o}

        """

    private func rule(
        _ effect: String,
        _ path: String,
        _ constraint: String? = nil,
        subject: String = "{}",
        id: String = "rule"
    ) -> String {
        "- {id: \(id), subject: \(subject), effect: \(effect), path: \(path)"
            + (constraint.map { ", constraint: \($0)" } ?? "") + ", reason: because of \(id), owner: owner-of-\(id)}\n"
    }

    /// What the rules, and one that allows the sample's service, refuse in the sample manifest.
    private func denials(
        _ rules: String,
        manifest: String = Samples.manifest,
        allowing services: String = allowServices
    ) throws -> [RuleDenial] {
        let node = try Samples.node(manifest)
        let subject = RuleSubject(of: try ApplicationManifest(document: node), environment: "dev")
        return try Samples.rules(services + rules).denials(in: node, for: subject)
    }

    @Test func `without rules services are denied, and nothing else is`() throws {
        let node = try Samples.node(Samples.manifest)
        let denials = RuleSet.none.denials(in: node, for: RuleSubject(application: "shop"))
        #expect(denials.map(\.path) == ["spec.services[0]"])
        #expect(denials[0].found == "\"read\" of the service \"s3\"")
        #expect(denials[0].line == 21)
        #expect(denials[0].rendered.contains("no rule (owner: the platform team)"))
    }

    @Test(
        arguments: [
            ("spec.services", nil, true), ("spec.services.s3", nil, true),
            ("spec.services.s3", "{in: [read, write]}", true),
            ("spec.services.s3", "{equals: write}", false), ("spec.services.sqs", nil, false),
            ("spec.services", "{in: [write]}", false), ("spec.services", "{pattern: 're.*'}", true),
        ] as [(String, String?, Bool)]
    )
    func `a service is allowed by type and access`(path: String, constraint: String?, isAllowed: Bool) throws {
        let denials = try denials("", allowing: rule("allow", path, constraint))
        #expect(denials.isEmpty == isAllowed)
    }

    @Test func `each service needs a rule of its own type`() throws {
        let manifest = Samples.manifest.replacing(
            "- {type: s3, access: read}",
            with: "- {type: s3, access: read}\n    - {type: s3, access: write}\n    - {type: sqs, access: read}"
        )
        let denials = try denials("", manifest: manifest)
        #expect(denials.map(\.path) == ["spec.services[1]", "spec.services[2]"])
        #expect(denials.map(\.rules) == [["services"], []])
        #expect(denials[0].next.contains("one of \"read\""))
    }

    @Test(arguments: [
        ("{}", true), ("{application: shop}", true), ("{application: other}", false), ("{team: team-shop}", true),
        ("{environment: dev}", true), ("{environment: prod}", false), ("{dataClass: internal}", true),
        ("{application: shop, dataClass: secret}", false),
        ("{application: shop, team: team-shop, environment: dev, dataClass: internal}", true),
    ])
    func `a rule is about releases that have all that its subject names`(subject: String, applies: Bool) throws {
        #expect(try denials(rule("deny", "spec.image.source", subject: subject)).isEmpty == !applies)
    }

    @Test(
        arguments: [
            ("spec.image.source", nil, ["spec.image.source"]),
            ("spec.image.chef", nil, ["spec.image.chef"]),
            ("spec.image.packages", "{in: [jq, curl]}", ["spec.image.packages[1]"]),
            ("spec.image.packages", "{in: [curl]}", []),
            ("spec.image.variables.volumes", "{min: 10}", ["spec.image.variables.volumes[1]"]),
            ("spec.image.chef.attributes", "{equals: 8080}", ["spec.image.chef.attributes.shop.port"]),
            ("spec.secrets.parameter", "{pattern: '/shop/.*/repo'}", ["spec.secrets[1].parameter"]),
            ("spec.validation.waivers", nil, ["spec.validation.waivers"]),
            ("spec.validation.waivers.control", "{equals: ssh-01}", ["spec.validation.waivers[0].control"]),
            ("metadata.accountId", "{equals: '012345678901'}", ["metadata.accountId"]),
            ("spec.release.alarms", nil, []),
            ("spec.services.s3", "{equals: read}", ["spec.services[0]"]),
            ("spec.services.sqs", nil, []),
            // A secret becomes a variable of its stage; its value is not known.
            ("spec.infrastructure.variables.db_password", nil, ["spec.secrets[0].name"]),
            ("spec.infrastructure.variables.db_password", "{equals: x}", ["spec.secrets[0].name"]),
            ("spec.image.variables.db_password", nil, []),
            ("spec.image.variables", nil, ["spec.image.variables", "spec.secrets[1].name"]),
        ] as [(String, String?, [String])]
    )
    func `deny refuses what its constraint describes, at each place`(
        path: String,
        constraint: String?,
        places: [String]
    ) throws {
        for effect in ["deny", "require-approval"] {
            let denials = try denials(rule(effect, path, constraint))
            #expect(denials.map(\.path) == places, "\(effect)")
            #expect(denials.allSatisfy { $0.rules == ["rule"] && $0.reason == "because of rule" && $0.line != nil })
        }
    }

    @Test(
        arguments: [
            ("spec.infrastructure.variables.instance_count", "{max: 3}", []),
            (
                "spec.infrastructure.variables.instance_count", "{max: 2}",
                ["spec.infrastructure.variables.instance_count"]
            ),
            ("spec.image.template", "{in: [hardened]}", ["spec.image.template"]),
            ("spec.image.packages", "{in: [nginx]}", ["spec.image.packages[1]"]),
            ("spec.infrastructure.variables.db_password", "{pattern: '.*'}", ["spec.secrets[0].name"]),
            ("spec.secrets.parameter", "{pattern: '/shop/dev/.*'}", []),
            ("spec.infrastructure.variables.absent", "{equals: 1}", []),
        ] as [(String, String, [String])]
    )
    func `allow leaves only what a rule describes`(path: String, constraint: String, places: [String]) throws {
        #expect(try denials(rule("allow", path, constraint)).map(\.path) == places)
    }

    @Test func `one of several allowances is enough, and what is refused by all names them all`() throws {
        let path = "spec.infrastructure.variables.instance_count"
        let small = rule("allow", path, "{max: 2}", id: "small")
        let even = rule("allow", path, "{equals: 3}", id: "three")
        #expect(try denials(small + even).isEmpty)
        let denial = try denials(small + rule("allow", path, "{equals: 4}", id: "four"))[0]
        #expect(denial.rules == ["small", "four"])
        #expect(denial.owner == "owner-of-small, owner-of-four")
        #expect(denial.next.contains("at most 2; or 4"))
    }

    @Test(arguments: ["spec.logging.retentionDays", "spec.image.variables", "spec.services", "spec.release.smokeTests"])
    func `what is locked may not be said, whatever its value`(path: String) throws {
        let denials = try denials(rule("lock", path))
        #expect(!denials.isEmpty && denials.allSatisfy { $0.rules == ["rule"] && $0.next.contains("may say nothing") })
    }

    @Test(arguments: ["[]", "null"])
    func `a lock is broken by an empty value too`(value: String) throws {
        let manifest = Samples.manifest.replacing("packages: [nginx, jq]", with: "packages: \(value)")
        #expect(
            try denials(rule("lock", "spec.image.packages"), manifest: manifest).map(\.path) == ["spec.image.packages"]
        )
        #expect(try denials(rule("deny", "spec.image.packages"), manifest: manifest).isEmpty)
    }

    @Test func `a secret does not open a locked variable`() throws {
        #expect(
            try denials(rule("lock", "spec.infrastructure.variables.repo_token")).map(\.path) == [
                "spec.secrets[1].name"
            ]
        )
    }

    @Test func `a denial comes before a lock, and a lock before approval and allowance`() throws {
        let path = "spec.infrastructure.variables.instance_count"
        let allow = rule("allow", path, "{equals: 3}", id: "allow")
        let approve = rule("require-approval", path, id: "approve")
        let lock = rule("lock", path, id: "lock")
        let deny = rule("deny", path, "{equals: 3}", id: "deny")
        #expect(try denials(allow).isEmpty)
        #expect(try denials(allow + approve).map(\.rules) == [["approve"]])
        #expect(try denials(allow + approve + lock).map(\.rules) == [["lock"]])
        #expect(try denials(allow + approve + lock + deny).map(\.rules) == [["deny"]])
        #expect(try denials(rule("deny", "spec.services.s3", id: "deny")).map(\.rules) == [["deny"]])
    }

    @Test func `approval fails closed and says whose it is`() throws {
        let denial = try denials(rule("require-approval", "spec.validation.waivers"))[0]
        #expect(denial.next.contains("needs the approval of owner-of-rule"))
        #expect(denial.next.contains("cannot record one"))
    }

    @Test func `every denial is told at once, in the order of the manifest`() throws {
        let denials = try denials(
            rule("deny", "spec.release.smokeTests", id: "b") + rule("lock", "spec.image.source", id: "a")
                + rule("allow", "metadata.owner", "{equals: me}", id: "c")
        )
        #expect(denials.map(\.path) == ["metadata.owner", "spec.image.source", "spec.release.smokeTests"])
        let all = RuleDenials(document: "manifest", denials: denials)
        #expect(all.summary.contains("3 things") && all.summary.contains("metadata.owner"))
        #expect(
            all.rendered.hasPrefix(
                "1. metadata.owner (line 4): found \"team-shop\"; rule c (owner: owner-of-c): because of c; do: use what is allowed: \"me\""
            )
        )
    }
}
