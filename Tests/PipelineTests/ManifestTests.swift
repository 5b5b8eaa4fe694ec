import Pipeline
import Testing

@Suite struct ManifestTests {
    @Test func `a manifest with every key is read`() throws {
        let manifest = try Samples.manifest(Samples.manifest)
        #expect(manifest.metadata.accountId == "012345678901")
        #expect(
            manifest.spec.image.chef?.attributes == [
                "shop": .object(["port": .integer(8080), "ratio": .number(0.5), "live": .bool(true)])
            ]
        )
        #expect(manifest.spec.image.variables["volumes"] == .array([.integer(8), .integer(16)]))
        #expect(manifest.spec.services == [ServiceSpec(type: "s3", access: "read")])
        #expect(manifest.spec.validation.waivers.map(\.expires) == ["2030-12-31"])
        #expect(
            manifest.spec.release.smokeTests[1]
                == SmokeTest(name: "home", path: "/?a=b", expectStatus: 302, contains: "ok", withinSeconds: 5)
        )
        #expect(
            manifest.spec.secrets[0]
                == SecretReference(name: "db_password", parameter: "/shop/dev/db", version: 3, stages: [.provision])
        )
    }

    @Test func `what is left out, or null, has its default`() throws {
        let manifest = try Samples.manifest(
            """
            apiVersion: builderd/v1
            metadata: {applicationId: shop, owner: o, costCenter: c, dataClass: d, accountId: "000000000000"}
            spec:
              image: {template: t, source: ~}
              infrastructure: {module: m}
              logging:
              release: {smokeTests: [{name: home, path: /}]}
            """
        )
        #expect(manifest.spec.image == ImageSpec(template: "t", variables: [:], packages: []))
        #expect(manifest.spec.validation == ValidationSpec(profiles: [], inputs: [:], waivers: []))
        #expect(manifest.spec.logging == LoggingSpec(groups: []))
        #expect(manifest.spec.release.strategy == .allAtOnce)
        let smokeTest = SmokeTest(name: "home", path: "/", expectStatus: 200, withinSeconds: 60)
        #expect(manifest.spec.release.smokeTests == [smokeTest])
    }

    @Test func `a manifest survives a round trip through JSON`() throws {
        let node = try Samples.node(Samples.manifest)
        let again = try Samples.node(node.json.canonicalText)
        #expect(again.json == node.json)
        #expect(try ApplicationManifest(document: again) == ApplicationManifest(document: node))
        #expect(try ApplicationManifest(document: DocumentNode(node.json)) == ApplicationManifest(document: node))
    }

    /// What is changed in the sample, at which path and line that must be found, and a word that what is allowed must have.
    @Test(arguments: [
        ("apiVersion: builderd/v1", "apiVersion: builderd/v2", "apiVersion", 1, "builderd/v1"),
        ("apiVersion: builderd/v1", "apiVersion: 1", "apiVersion", 1, "builderd/v1"),
        ("owner: team-shop", "owner: no", "metadata.owner", 4, "letters"),
        ("owner: team-shop", "owner: 12", "metadata.owner", 4, "letters"),
        ("owner: team-shop", "owner: {a: b}", "metadata.owner", 4, "letters"),
        ("owner: team-shop", "owner:", "metadata.owner", 4, "letters"),
        ("owner: team-shop", "ownr: team-shop", "metadata.ownr", 4, "owner"),
        ("applicationId: shop", "applicationId: ../shop", "metadata.applicationId", 3, "a-z"),
        ("applicationId: shop", "applicationId: Shop", "metadata.applicationId", 3, "a-z"),
        ("\"012345678901\"", "012345678901", "metadata.accountId", 7, "in quotes"),
        ("\"012345678901\"", "123456789012", "metadata.accountId", 7, "in quotes"),
        ("\"012345678901\"", "\"12345\"", "metadata.accountId", 7, "12 digits"),
        ("template: amazon-linux", "template: ../../etc", "spec.image.template", 10, "catalogue"),
        ("template: amazon-linux", "template: .", "spec.image.template", 10, "catalogue"),
        ("template: amazon-linux", "template: a/b", "spec.image.template", 10, "catalogue"),
        ("template: amazon-linux", "templat: amazon-linux", "spec.image.templat", 10, "template"),
        ("module: web-service", "module: [web-service]", "spec.infrastructure.module", 18, "catalogue"),
        ("policy: hardened", "policy: \"\"", "spec.image.chef.policy", 13, "catalogue"),
        ("instance_type: t3.small", "instance-type: t3.small", "spec.image.variables.instance-type", 15, "identifier"),
        ("instance_type: t3.small", "instance_type: yes", "spec.image.variables.instance_type", 15, "alike"),
        ("packages: [nginx, jq]", "packages: nginx", "spec.image.packages", 16, "a list"),
        ("packages: [nginx, jq]", "packages: [nginx, --force]", "spec.image.packages[1]", 16, "package"),
        ("packages: [nginx, jq]", "packages: [jq, jq]", "spec.image.packages[1]", 16, "once"),
        ("retentionDays: 30", "retentionDays: 31", "spec.logging.retentionDays", 29, "3653"),
        ("retentionDays: 30", "retentionDays: \"30\"", "spec.logging.retentionDays", 29, "30"),
        ("groups: [/shop/dev/web]", "groups: [\"/shop dev\"]", "spec.logging.groups[0]", 28, "512"),
        ("path: /healthz", "path: healthz", "spec.release.smokeTests[0].path", 34, "from `/`"),
        ("path: /healthz", "path: \"/a b\"", "spec.release.smokeTests[0].path", 34, "from `/`"),
        ("name: home", "name: health", "spec.release.smokeTests[1].name", 35, "once"),
        ("expectStatus: 302", "expectStatus: 42", "spec.release.smokeTests[1].expectStatus", 35, "200 to 599"),
        ("withinSeconds: 5", "withinSeconds: 0", "spec.release.smokeTests[1].withinSeconds", 35, "1 to 3600"),
        ("withinSeconds: 5", "withinSeconds: 5.5", "spec.release.smokeTests[1].withinSeconds", 35, "whole number"),
        ("strategy: all-at-once", "strategy: yolo", "spec.release.strategy", 32, "all-at-once"),
        ("strategy: all-at-once", "bakeMinutes: 5", "spec.release.bakeMinutes", 32, "blue-green"),
        ("strategy: all-at-once", "strategy: blue-green", "spec.release.steps", 32, "100"),
        ("parameter: /shop/dev/db", "parameter: shop/dev/db", "spec.secrets[0].parameter", 37, "from `/`"),
        ("parameter: /shop/dev/db", "value: hunter2", "spec.secrets[0].value", 37, "parameter"),
        ("stages: [provision]", "stages: [validation]", "spec.secrets[0].stages[0]", 37, "bakery"),
        ("stages: [provision]", "stages: []", "spec.secrets[0].stages", 37, "1 to 2"),
        ("version: 3", "version: 0", "spec.secrets[0].version", 37, "from 1"),
        ("name: repo_token", "name: db_password", "spec.secrets[1].name", 38, "once"),
        ("name: repo_token", "name: instance_type", "spec.secrets[1].name", 38, "variable"),
        ("name: repo_token", "name: repo-token", "spec.secrets[1].name", 38, "identifier"),
        ("\"2030-12-31\"", "\"2030-02-29\"", "spec.validation.waivers[0].expires", 26, "YYYY-MM-DD"),
        (", expires: \"2030-12-31\"", "", "spec.validation.waivers[0].expires", 26, "YYYY-MM-DD"),
        ("inputs: {port: 8080}", "inputs: [port]", "spec.validation.inputs", 24, "mapping"),
    ])
    func `what is wrong is named with its path, its line and what is allowed`(
        good: String,
        bad: String,
        path: String,
        line: Int,
        allowed: String
    ) throws {
        try #require(Samples.manifest.contains(good))
        let problems = Samples.problems(Samples.manifest.replacing(good, with: bad, maxReplacements: 1))
        let problem = try #require(problems.first { $0.path == path }, "\(problems)")
        #expect(problem.line == line)
        #expect(problem.allowed.contains(allowed), "\(problem.rendered)")
        #expect(!problem.found.isEmpty && !problem.fix.isEmpty)
    }

    @Test func `every problem is told at once, in order, with a hint for a mistyped key`() throws {
        let text = """
            apiVersion: builderd/v1
            metadata: {applicationid: shop, owner: on, costCenter: c, dataClass: d, accountId: 012345678901}
            spec:
              image: {template: /etc/passwd, variabels: {}}
              logging: {retentionDays: 31}
            """
        let error = #expect(throws: DocumentProblems.self) { try Samples.manifest(text) }
        let problems = try #require(error)
        #expect(
            problems.problems.map(\.path) == [
                "metadata.applicationid", "metadata.owner", "metadata.accountId", "metadata.applicationId",
                "spec.image.template",
                "spec.image.variabels", "spec.logging.retentionDays", "spec.infrastructure",
            ]
        )
        #expect(problems.problems[0].fix == "did you mean `applicationId`?")
        #expect(problems.problems[1].fix == "if it is meant as text, write it in quotes: \"on\"")
        #expect(problems.problems[5].fix == "did you mean `variables`?")
        let lines = problems.rendered.split(separator: "\n")
        #expect(lines.count == 8)
        #expect(
            lines[2].hasPrefix(
                "3. metadata.accountId (line 2): found 012345678901 without quotes, a number with a leading zero"
            )
        )
        #expect(lines[2].contains("12 digits in quotes"))
        #expect(problems.summary.hasPrefix("The manifest has 8 problems. The first: metadata.applicationid"))
    }

    @Test func `a hundred problems are shown and the rest counted`() throws {
        let keys = (0..<250).map { "  k\($0): 1\n" }.joined()
        let error = #expect(throws: DocumentProblems.self) {
            try Samples.manifest(Samples.manifest.replacing("spec:\n", with: "spec:\n\(keys)"))
        }
        let problems = try #require(error)
        #expect(problems.count == 250)
        let lines = problems.rendered.split(separator: "\n")
        #expect(lines.count == 101)
        #expect(lines.last == "and 150 more")
    }

    @Test(arguments: ["[]", "- a", "just text", "5", "null", "{}", "{\"apiVersion\": \"builderd/v1\"}"])
    func `a document that is no manifest is refused`(text: String) {
        #expect(!Samples.problems(text).isEmpty)
    }

    @Test func `what a problem shows of the document is one short printable line`() throws {
        let long = String(repeating: "x", count: 500)
        for bad in ["\"a\\nb\\u0007\"", "\"\\u202Eevil\"", "\"\(long)\""] {
            let problems = Samples.problems(
                Samples.manifest.replacing("template: amazon-linux", with: "template: \(bad)")
            )
            let found = try #require(problems.first).found
            #expect(found.unicodeScalars.count < 90)
            #expect(found.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202E}" })
        }
    }

    @Test func `blue-green takes steps that rise to 100`() throws {
        let blueGreen = "strategy: blue-green\n    steps: [10, 50, 100]\n    bakeMinutes: 5\n    alarms: [errors]"
        let manifest = try Samples.manifest(Samples.manifest.replacing("strategy: all-at-once", with: blueGreen))
        #expect(manifest.spec.release.steps == [10, 50, 100])
        for steps in ["[10, 50]", "[50, 10, 100]", "[100, 100]", "[]"] {
            let text = Samples.manifest.replacing("strategy: all-at-once", with: blueGreen).replacing(
                "[10, 50, 100]",
                with: steps
            )
            #expect(Samples.problems(text).map(\.path) == ["spec.release.steps"])
        }
    }
}
