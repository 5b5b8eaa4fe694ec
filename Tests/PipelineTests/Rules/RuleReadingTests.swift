import Pipeline
import Testing

@Suite struct RuleReadingTests {
    private static let rule = """
        - id: count
          subject: {application: shop, environment: dev}
          effect: allow
          path: spec.infrastructure.variables.instance_count
          constraint: {min: 1, max: 5}
          reason: quota
          owner: platform
        """

    private func problems(_ text: String) -> [DocumentProblem] {
        let error = #expect(throws: RuleProblems.self, "\(text)") { try Samples.rules(text) }
        return error?.files.flatMap(\.problems) ?? []
    }

    @Test func `a rule is read with all that it says`() throws {
        #expect(
            try Samples.rules(Self.rule).rules == [
                Rule(
                    id: "count",
                    subject: RuleSubject(application: "shop", environment: "dev"),
                    effect: .allow,
                    path: RulePath("spec.infrastructure.variables.instance_count"),
                    constraint: RuleConstraint(minimum: 1, maximum: 5),
                    reason: "quota",
                    owner: "platform"
                )
            ]
        )
    }

    @Test(arguments: [
        ("effect: allow", "effect: permit", "rules[0].effect"),
        ("owner: platform", "owner: platform\n  onwer: x", "rules[0].onwer"),
        ("reason: quota", "reason: ''", "rules[0].reason"),
        ("owner: platform", "", "rules[0].owner"),
        ("id: count", "id: ../x", "rules[0].id"),
        ("{application: shop, environment: dev}", "{user: x}", "rules[0].subject.user"),
        ("{application: shop, environment: dev}", "{application: Shop}", "rules[0].subject.application"),
        ("infrastructure.variables.instance_count", "infrastructur.variables.x", "rules[0].path"),
        ("spec.infrastructure.variables.instance_count", "spec.services.type", "rules[0].path"),
        ("spec.infrastructure.variables.instance_count", "spec.image.template.name", "rules[0].path"),
        ("spec.infrastructure.variables.instance_count", "spec..image", "rules[0].path"),
        ("spec.infrastructure.variables.instance_count", "spec.infrastructure.variables.a-b", "rules[0].path"),
        ("spec.infrastructure.variables.instance_count", "spec.image", "rules[0].constraint"),
        ("spec.infrastructure.variables.instance_count", "spec.secrets", "rules[0].constraint"),
        ("{min: 1, max: 5}", "{min: 5, max: 1}", "rules[0].constraint.min"),
        ("{min: 1, max: 5}", "{max: many}", "rules[0].constraint.max"),
        ("{min: 1, max: 5}", "{}", "rules[0].constraint"),
        ("{min: 1, max: 5}", "{in: []}", "rules[0].constraint.in"),
        ("{min: 1, max: 5}", "{in: [[1]]}", "rules[0].constraint.in"),
        ("{min: 1, max: 5}", "{equals: {a: 1}}", "rules[0].constraint.equals"),
        ("{min: 1, max: 5}", "{pattern: 'a['}", "rules[0].constraint.pattern"),
        ("{min: 1, max: 5}", "{like: x}", "rules[0].constraint.like"),
        ("effect: allow", "effect: lock", "rules[0].constraint"),
        ("effect: allow", "effect: default", "rules[0].constraint"),
    ])
    func `what is wrong is named with its place and its line`(good: String, bad: String, path: String) throws {
        try #require(Self.rule.contains(good))
        let problems = problems(Self.rule.replacing(good, with: bad))
        #expect(problems.map(\.path) == [path])
        // The two lines above the rules are the file's head.
        #expect(problems.allSatisfy { ($0.line ?? 0) > 2 && !$0.fix.isEmpty && !$0.allowed.isEmpty })
    }

    @Test(arguments: [
        ("spec.image.template", "amazon-linux"), ("spec.secrets.version", "3"), ("metadata.owner", "me"),
    ])
    func `a default and a lock need a place of its own that may be left out`(path: String, value: String) {
        let form = Self.rule.replacing("spec.infrastructure.variables.instance_count", with: path)
        let locked = form.replacing("effect: allow", with: "effect: lock").replacing(
            "  constraint: {min: 1, max: 5}\n",
            with: ""
        )
        #expect(problems(locked).map(\.path) == ["rules[0].path"])
        let given = form.replacing("effect: allow", with: "effect: default").replacing(
            "{min: 1, max: 5}",
            with: "{equals: \(value)}"
        )
        #expect(problems(given).map(\.path) == ["rules[0].path"])
    }

    @Test(arguments: [
        ("spec.logging.retentionDays", "31", "rules[0].constraint.equals"),
        ("spec.logging.retentionDays", "\"30\"", "rules[0].constraint.equals"),
        ("spec.image.packages", "[nginx, ../x]", "rules[0].constraint.equals[1]"),
        ("spec.release.strategy", "canary", "rules[0].constraint.equals"),
    ])
    func `a default is what the manifest's schema allows`(path: String, value: String, place: String) throws {
        let text = """
            - {id: x, subject: {}, effect: default, path: \(path), constraint: {equals: \(value)}, reason: r, owner: o}
            """
        #expect(problems(text).map(\.path) == [place])
    }

    @Test func `a misspelt path is told what it was meant to be`() {
        let problem = problems(Self.rule.replacing("spec.infrastructure", with: "spec.infrastucture"))[0]
        #expect(problem.fix == "did you mean `infrastructure`?")
        #expect(problem.allowed.contains("image, infrastructure, services"))
    }

    @Test func `every problem of every file is told at once, and an id stands once among all files`() throws {
        let head = "apiVersion: builderd/v1\nrules:\n"
        let good = RuleFile(path: "a.yaml", bytes: Array((head + Self.rule).utf8))
        let twice = RuleFile(path: "b.yaml", bytes: Array((head + Self.rule).utf8))
        let broken = RuleFile(path: "c.yaml", bytes: Array("rules: {".utf8))
        let wrong = RuleFile(
            path: "d.yaml",
            bytes: Array((head + Self.rule.replacing("min", with: "mim").replacing("allow", with: "let")).utf8)
        )
        let error = #expect(throws: RuleProblems.self) { try RuleSet(files: [good, twice, broken, wrong]) }
        let files = try #require(error).files
        #expect(files.map(\.document) == ["rules file b.yaml", "rules file c.yaml", "rules file d.yaml"])
        #expect(files[0].problems.map(\.path) == ["rules[0].id"])
        #expect(files[0].problems[0].found.contains("a.yaml"))
        // The unknown key, the unknown effect, and the id once more.
        #expect(files[2].problems.count == 3)
        #expect(error?.rendered.contains("c.yaml") == true)
        #expect(error?.summary.contains("2 more files have problems too") == true)
    }

    @Test func `an id stands once in a file`() {
        #expect(problems(Self.rule + "\n" + Self.rule).map(\.path) == ["rules[1].id"])
    }
}
