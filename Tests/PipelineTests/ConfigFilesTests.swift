import FoundationEssentials
import Pipeline
import Testing

@Suite struct ConfigFilesTests {
    @Test func `every example manifest is taken by the environment that its release names`() throws {
        let manifests = try Checkout.files(in: "Config/examples", suffix: "manifest.yaml")
        #expect(!manifests.isEmpty)
        for path in manifests {
            let node = try DocumentReader(document: path).read(Checkout.bytes(path))
            let manifest = try ApplicationManifest(document: node, named: path)
            let release = """
                {"applicationId": "\(manifest.metadata.applicationId)", "environment": "demo", "version": "1.0.0", "manifest": "s3://bucket/key"}
                """
            let sections = try ManifestMerge(
                manifest: manifest,
                node: node,
                environment: environment(at: "\(Checkout.root)/Config/environments/demo.yaml"),
                release: Samples.release(release)
            ).sections()
            #expect(sections.validation.profiles.contains("builderd-baseline"), "\(path)")
        }
    }

    @Test func `the shipped rules are valid, and every example manifest passes them in the demo`() throws {
        let files = try Checkout.files(in: "Config/rules", suffix: ".yaml").map {
            RuleFile(path: $0, bytes: try Checkout.bytes($0))
        }
        let rules = try RuleSet(files: files)
        #expect(Set(rules.rules.map(\.effect)) == Set(RuleEffect.allCases))
        for path in try Checkout.files(in: "Config/examples", suffix: "manifest.yaml") {
            let node = try DocumentReader(document: path).read(Checkout.bytes(path))
            let subject = RuleSubject(of: try ApplicationManifest(document: node), environment: "demo")
            #expect(rules.denials(in: node, for: subject).map(\.rendered) == [], "\(path)")
            #expect(throws: Never.self) {
                try ApplicationManifest(document: rules.withDefaults(node, for: subject))
            }
        }
    }

    @Test func `every environment file is valid and named for its environment`() throws {
        let files = try Checkout.files(in: "Config/environments", suffix: ".yaml")
        #expect(!files.isEmpty)
        for path in files { #expect(throws: Never.self, "\(path)") { try environment(at: path) } }
    }

    @Test func `what the examples name is in the catalogue`() throws {
        for path in try Checkout.files(in: "Config/examples", suffix: "manifest.yaml") {
            let spec = try ApplicationManifest(document: DocumentReader(document: path).read(Checkout.bytes(path))).spec
            let folders =
                ["packer/\(spec.image.template)", "terraform/\(spec.infrastructure.module)"]
                + spec.validation.profiles.map { "inspec/\($0)" }
                + (spec.image.chef.map { ["chef/\($0.policy)"] } ?? [])
            for folder in folders {
                #expect(
                    FileManager.default.fileExists(atPath: "\(Checkout.root)/Config/catalogue/\(folder)"),
                    "\(path): \(folder)"
                )
            }
        }
    }

    private func environment(at path: String) throws -> EnvironmentConfiguration {
        let file = path.split(separator: "/").last ?? ""
        let node = try DocumentReader(document: path).read(Checkout.bytes(path))
        return try EnvironmentConfiguration(document: node, named: path, for: String(file.dropLast(".yaml".count)))
    }
}
