import Pipeline
import Testing

@Suite struct RuleFuzzTests {
    private static let rules = """
        apiVersion: builderd/v1
        rules:
          - {id: a, subject: {application: shop}, effect: allow, path: spec.services.s3, constraint: {in: [read, 5]}, reason: r, owner: o}
          - {id: b, subject: {team: t}, effect: deny, path: spec.image.packages, constraint: {pattern: "n.*"}, reason: r, owner: o}
          - {id: c, subject: {}, effect: default, path: spec.image.variables.x, constraint: {equals: [1, {a: b}]}, reason: r, owner: o}
          - {id: d, subject: {}, effect: lock, path: spec.logging.index, reason: r, owner: o}
          - {id: e, subject: {environment: dev}, effect: require-approval, path: spec.secrets.version, constraint: {min: 1, max: 9}, reason: r, owner: o}
        """

    /// Rules whose text or tree was changed are read and applied, or refused with a place; and what was denied without a change of
    /// the manifest's services stays denied.
    @Test(arguments: UInt64(0)..<20)
    func `no mutation crashes, every refusal names a place, and no broken rule allows a service`(seed: UInt64) throws {
        var chance = ManifestFuzzTests.Chance(state: seed)
        let text = Array(Self.rules.utf8)
        let manifest = try Samples.node(Samples.manifest)
        let release = RuleSubject(application: "shop", team: "team-shop", environment: "dev", dataClass: "internal")
        let words: [[UInt8]] = [
            "{", "}", "[", "]", ":", "- ", "\"", "&a ", "*a", "\n", "deny", "lock", "default", "spec", ".", "in",
            "null",
            "equals", "(", "*", "~", "\u{0}", "9e99", "é",
        ].map { Array($0.utf8) }
        for round in 0..<150 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...4, using: &chance) {
                let place = Int.random(in: 0..<bytes.count, using: &chance)
                switch Int.random(in: 0..<3, using: &chance) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &chance)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...30, using: &chance)))
                default: bytes.insert(contentsOf: words.randomElement(using: &chance) ?? [], at: place)
                }
                if bytes.isEmpty { bytes = [0x61] }
            }
            do throws(RuleProblems) {
                let set = try RuleSet(files: [RuleFile(path: "f", bytes: bytes)])
                let allowing = set.rules.contains { $0.effect == .allow && $0.path.isAboutServices }
                let denials = set.denials(in: manifest, for: release)
                if !allowing {
                    #expect(denials.contains { $0.path == "spec.services[0]" }, "seed \(seed), round \(round)")
                }
                for denial in denials {
                    #expect(!denial.rendered.contains("\n") && !denial.next.isEmpty, "seed \(seed), round \(round)")
                }
                _ = try? set.withDefaults(manifest, for: release)
            } catch {
                for problem in error.files.flatMap(\.problems) {
                    #expect(
                        !problem.path.isEmpty && !problem.rendered.contains("\n") && !problem.fix.contains("defect"),
                        "seed \(seed), round \(round): \(problem)"
                    )
                }
            }
        }
    }
}
