import ActivityWorker
import AWSClient
import CurlTransport
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

@Suite struct PreProvisionStageTests {
    /// The failure that the fixture's run ends in.
    private func failure(_ fixture: PreProvisionFixture, manifest: String = "\"\(PreProvisionFixture.manifestURI)\"")
        async throws -> TaskFailure
    {
        let failure = await #expect(throws: TaskFailure.self) { _ = try await fixture.run(manifest: manifest) }
        return try #require(failure)
    }

    @Test func `a manifest in S3 becomes four SecureStrings under the customer's key`() async throws {
        let fixture = try PreProvisionFixture()
        let runtime = InMemoryTaskRuntime()
        let output = try await fixture.run(runtime: runtime)
        #expect(output.applicationId == "shop")
        #expect(output.accountId == "012345678901")
        #expect(output.manifestVersionId == "v7")
        #expect(output.manifestSHA256.utf8.count == 64)
        #expect(
            runtime.ran == [
                "manifest", "merge", "parameters:bakery", "parameters:provision", "parameters:validation",
                "parameters:postProvision",
            ]
        )
        let parameters = fixture.stores.now.parameters
        #expect(parameters.count == 4)
        for stage in ["bakery", "provision", "validation", "postProvision"] {
            let reference = try #require(output.parameters[stage])
            #expect(reference == ParameterReference(name: "/builderd/shop/dev/shop-dev-0123/\(stage)", version: 1))
            let stored = try #require(parameters[reference.name])
            #expect(stored.type == "SecureString")
            #expect(stored.keyId == "alias/builderd")
            #expect(stored.tier == "Standard")
        }
        let section = try await fixture.section(BakerySection.self, of: .bakery, from: output)
        #expect(section.variables == ["instance_type": .string("t3.small")])
        #expect(section.head.version == "1.4.0")
    }

    @Test func `a pinned version of the manifest is read`() async throws {
        let fixture = try PreProvisionFixture()
        _ = try await fixture.run(manifest: "\"\(PreProvisionFixture.manifestURI)?versionId=v7\"")
        #expect(fixture.stores.now.calls.first == "GET /artifacts/shop/manifest.yaml?versionId=v7")
    }

    @Test func `a manifest in the release is taken`() async throws {
        let fixture = try PreProvisionFixture(manifest: nil)
        let node = try DocumentReader(document: "test").read(Array(PreProvisionFixture.manifest().utf8))
        let output = try await fixture.run(manifest: node.json.canonicalText)
        #expect(output.manifestVersionId == nil)
        #expect(output.parameters.count == 4)
        #expect(!fixture.stores.now.calls.contains { $0.hasPrefix("GET /artifacts") })
    }

    @Test func `a second run of the same execution writes nothing and returns the same`() async throws {
        let fixture = try PreProvisionFixture(manifest: PreProvisionFixture.manifest(variables: "{text: \"{{ x }}\"}"))
        let first = try await fixture.run()
        let written = fixture.stores.now.calls.count { $0.hasPrefix("PutParameter") || $0.hasPrefix("PUT") }
        #expect(try await fixture.run() == first)
        #expect(fixture.stores.now.calls.count { $0.hasPrefix("PutParameter") || $0.hasPrefix("PUT") } == written)
    }

    @Test func `recorded steps are not run again`() async throws {
        let fixture = try PreProvisionFixture()
        let runtime = InMemoryTaskRuntime()
        let first = try await fixture.run(runtime: runtime)
        let calls = fixture.stores.now.calls.count
        #expect(try await fixture.run(runtime: runtime) == first)
        #expect(fixture.stores.now.calls.count == calls)
    }

    @Test func `a section that changed is written as a new version`() async throws {
        let fixture = try PreProvisionFixture()
        _ = try await fixture.run()
        fixture.put(Array(PreProvisionFixture.manifest(variables: "{instance_type: t3.large}").utf8))
        let second = try await fixture.run()
        #expect(second.parameters["bakery"]?.version == 2)
        #expect(second.parameters["provision"]?.version == 1)
    }

    @Test(arguments: [(3000, "Standard", false), (6000, "Advanced", false), (9000, "Standard", true)])
    func `a section goes where its size fits`(size: Int, tier: String, isInS3: Bool) async throws {
        let value = String(repeating: "x", count: size)
        let fixture = try PreProvisionFixture(manifest: PreProvisionFixture.manifest(variables: "{text: \(value)}"))
        let output = try await fixture.run()
        let stored = try #require(fixture.stores.now.parameters["/builderd/shop/dev/shop-dev-0123/bakery"])
        #expect(stored.tier == tier)
        let object = fixture.stores.now.objects["/artifacts/parameters/shop/dev/shop-dev-0123/bakery.json"]
        #expect((object != nil) == isInS3)
        if isInS3 { #expect(object?.kmsKey == "alias/builderd") }
        #expect(
            try await fixture.section(BakerySection.self, of: .bakery, from: output).variables["text"] == .string(value)
        )
    }

    @Test func `a value with braces, which Parameter Store refuses, goes through S3`() async throws {
        let fixture = try PreProvisionFixture(
            manifest: PreProvisionFixture.manifest(variables: "{text: \"{{ ssm:x }}\"}")
        )
        let output = try await fixture.run()
        let stored = try #require(fixture.stores.now.parameters["/builderd/shop/dev/shop-dev-0123/bakery"])
        #expect(stored.value.contains("s3://artifacts/parameters/shop/dev/shop-dev-0123/bakery.json"))
        #expect(
            try await fixture.section(BakerySection.self, of: .bakery, from: output).variables["text"]
                == .string("{{ ssm:x }}")
        )
    }

    @Test func `a section in S3 that was changed behind builderd's back is refused`() async throws {
        let fixture = try PreProvisionFixture(manifest: PreProvisionFixture.manifest(variables: "{text: \"{{ x }}\"}"))
        let output = try await fixture.run()
        fixture.stores.change {
            $0.objects["/artifacts/parameters/shop/dev/shop-dev-0123/bakery.json"]?.body.append(0x20)
        }
        let failure = await #expect(throws: TaskFailure.self) {
            _ = try await fixture.section(BakerySection.self, of: .bakery, from: output)
        }
        #expect(failure?.error == "Builder.InputInvalid")
        // Pre Provision run again puts it right.
        let again = try await fixture.run()
        #expect(
            try await fixture.section(BakerySection.self, of: .bakery, from: again).variables["text"]
                == .string("{{ x }}")
        )
    }

    @Test(arguments: [
        ("not: [a manifest", "not YAML"), ("{\"apiVersion\": 1}", "apiVersion"), ("", "empty"),
        (PreProvisionFixture.manifest(application: "other"), "metadata.applicationId"),
        (PreProvisionFixture.manifest().replacing("012345678901", with: "111111111111"), "metadata.accountId"),
        (PreProvisionFixture.manifest().replacing("template", with: "templat"), "did you mean `template`?"),
        ("a: &a [x]\nb: *a\n", "an anchor"),
    ])
    func `a bad manifest fails with all that is wrong, and nothing is written`(manifest: String, detail: String)
        async throws
    {
        let fixture = try PreProvisionFixture(manifest: manifest)
        let failure = try await failure(fixture)
        #expect(failure.error == "PreProvision.ManifestInvalid")
        #expect(failure.detail?.contains(detail) == true, "\(failure)")
        #expect(failure.message.contains(PreProvisionFixture.manifestURI))
        #expect(!failure.next.isEmpty)
        #expect(fixture.stores.now.parameters.isEmpty)
    }

    @Test func `bytes that are not UTF-8 are named with their offset`() async throws {
        let fixture = try PreProvisionFixture(manifest: nil)
        fixture.put([0x61, 0x3A, 0x20, 0xFE])
        #expect(try await failure(fixture).detail?.contains("offset 3") == true)
    }

    @Test func `an 8 MB manifest is refused`() async throws {
        let fixture = try PreProvisionFixture(manifest: nil)
        fixture.put(Array(repeating: 0x61, count: 8 << 20))
        let failure = try await failure(fixture)
        #expect(failure.error == "PreProvision.ManifestInvalid")
        #expect(failure.message.contains("is larger than 1048576 bytes"))
        // It is not asked for again: the same answer would come.
        #expect(fixture.stores.now.calls.count == 1)
    }

    @Test func `a manifest that is not there is said to be missing`() async throws {
        let failure = try await failure(PreProvisionFixture(manifest: nil))
        #expect(failure.error == "PreProvision.ManifestNotFound")
        #expect(failure.message.contains(PreProvisionFixture.manifestURI))
    }

    @Test func `an environment that this builder has not is said to be missing, with those it has`() async throws {
        let fixture = try PreProvisionFixture(environment: nil)
        try fixture.folder.write("prod.yaml", "")
        let failure = try await failure(fixture)
        #expect(failure.error == "PreProvision.EnvironmentInvalid")
        #expect(failure.next.contains("prod"))
    }

    @Test func `an environment file that is wrong fails with all that is wrong`() async throws {
        let failure = try await failure(PreProvisionFixture(environment: "environment: dev\naccounts: {}\nlock: []\n"))
        #expect(failure.error == "PreProvision.EnvironmentInvalid")
        #expect(failure.detail?.contains("did you mean `locked`?") == true)
        #expect(failure.detail?.contains("apiVersion") == true)
    }

    @Test(arguments: [
        ("GET", 403, "AccessDenied", "AWS.AccessDenied"), ("GET", 503, "SlowDown", "AWS.Throttled"),
        ("GET", 500, "InternalError", "AWS.Unavailable"), ("GET", 400, "InvalidRequest", "AWS.Rejected"),
        ("GetParameter", 400, "AccessDeniedException", "AWS.AccessDenied"),
        ("PutParameter", 400, "AccessDeniedException", "AWS.AccessDenied"),
        ("PutParameter", 400, "ThrottlingException", "AWS.Throttled"),
        ("PutParameter", 400, "InvalidKeyId", "AWS.Rejected"),
        ("PutParameter", 500, "InternalServerError", "AWS.Unavailable"),
    ])
    func `a service's refusal has a stable name and says what to do`(
        call: String,
        status: Int,
        code: String,
        name: String
    ) async throws {
        let fixture = try PreProvisionFixture()
        let fault =
            call == "GET"
            ? HTTPResponse(
                status: status,
                body: Array("<Error><Code>\(code)</Code><Message>scripted</Message></Error>".utf8)
            )
            : HTTPResponse.awsError(code, status: status)
        fixture.stores.change { $0.faults[call] = fault }
        let failure = try await failure(fixture)
        #expect(failure.error == name)
        #expect(failure.message.contains("scripted"))
        #expect(!failure.next.isEmpty)
    }

    @Test(arguments: ["not json", "{\"schema\": 2}", "{\"schema\": 1}"])
    func `an envelope that cannot be read is invalid input`(input: String) async throws {
        let fixture = try PreProvisionFixture()
        let failure = await #expect(throws: TaskFailure.self) {
            try await fixture.stage.run(.forTest(stage: "preProvision", input: input, runtime: InMemoryTaskRuntime()))
        }
        #expect(failure?.error == "Builder.InputInvalid")
    }

    @Test func `an execution's name that Parameter Store would refuse is made safe`() async throws {
        let fixture = try PreProvisionFixture()
        let input = PreProvisionFixture.envelope("\"\(PreProvisionFixture.manifestURI)\"").replacing(
            "shop-dev-0123",
            with: "né w+1"
        )
        let text = try await fixture.stage.run(
            .forTest(stage: "preProvision", input: input, runtime: InMemoryTaskRuntime())
        )
        let output = try JSONDecoder().decode(PreProvisionOutput.self, from: Data(text.utf8))
        let name = try #require(output.parameters["bakery"]?.name)
        #expect(name.hasPrefix("/builderd/shop/dev/n___w_1-"))
        #expect(name.utf8.allSatisfy { (ASCIISet.alphanumeric + ASCIISet("/_.-")).contains($0) })
    }

    @Test func `a section is not to be had before Pre Provision has run`() async throws {
        let fixture = try PreProvisionFixture()
        let envelope = try Envelope(json: PreProvisionFixture.envelope("\"\(PreProvisionFixture.manifestURI)\""))
        let failure = await #expect(throws: TaskFailure.self) {
            _ = try await SectionReader(environment: fixture.environment).section(
                BakerySection.self,
                of: .bakery,
                in: envelope
            )
        }
        #expect(failure?.error == "Builder.InputInvalid")
    }
}
