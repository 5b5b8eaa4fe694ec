import CurlTransport
import Testing

@testable import AWSClient

@Suite struct RegionResolverTests {
    private static let files = [
        "/home/b/.aws/config": "[default]\nregion = eu-west-4\n[profile other]\nregion = eu-west-5\n"
    ]

    @Test(
        "The region comes from the first of configuration, AWS_REGION, AWS_DEFAULT_REGION, profile, instance",
        arguments: 0...4
    )
    func precedence(removed: Int) async throws {
        var variables = ["AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"]
        if removed >= 2 { variables["AWS_REGION"] = "" }
        if removed >= 3 { variables["AWS_DEFAULT_REGION"] = nil }
        let imds = ScriptedExchange { request in
            request.method == "PUT"
                ? .text("token") : request.url.hasSuffix("/placement/region") ? .text("eu-west-5") : .status(500)
        }
        let environment = AWSEnvironment.fake(variables, files: removed >= 4 ? [:] : Self.files)
        let region = try await RegionResolver(environment: environment, transport: imds)
            .region(configured: removed >= 1 ? nil : "eu-west-1")
        #expect(region == "eu-west-\(removed + 1)")
        #expect(imds.requests.isEmpty == (removed < 4))
    }

    @Test("The region of the profile in use counts, not of the default one")
    func namedProfile() async throws {
        let environment = AWSEnvironment.fake(["AWS_PROFILE": "other"], files: Self.files)
        let none = ScriptedExchange { _ in .status(500) }
        #expect(
            try await RegionResolver(environment: environment, transport: none).region(configured: nil) == "eu-west-5"
        )
    }

    @Test("Without a region anywhere the error says where to set one", arguments: [true, false])
    func none(disabled: Bool) async throws {
        let environment = AWSEnvironment.fake(disabled ? ["AWS_EC2_METADATA_DISABLED": "true"] : [:])
        let imds = ScriptedExchange { _ in .fail(.connectTimeout) }
        let resolver = RegionResolver(environment: environment, transport: imds)
        let error = try #require(await #expect(throws: AWSError.self) { try await resolver.region(configured: nil) })
        #expect(error.code == .endpointUnresolved)
        #expect(error.message.contains("aws.region"))
        #expect(imds.requests.isEmpty == disabled)
    }

    @Test("A malformed region names its origin")
    func malformed() async throws {
        let environment = AWSEnvironment.fake(["AWS_REGION": "Frankfurt"])
        let resolver = RegionResolver(environment: environment, transport: ScriptedExchange { _ in .status(500) })
        let error = try #require(await #expect(throws: AWSError.self) { try await resolver.region(configured: nil) })
        #expect(error.message.hasPrefix("AWS_REGION"))
    }
}
