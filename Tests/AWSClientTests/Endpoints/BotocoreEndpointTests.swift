import FoundationEssentials
import Testing

@testable import AWSClient

/// Our rules beside botocore's own rule sets (`Tests/Python/endpoints.py`).
@Suite struct BotocoreEndpointTests {
    @Test(
        "Every service in every kind of region resolves as botocore's rule sets do",
        .enabled(if: RepositoryPath.python != nil, "BUILDERD_TEST_PYTHON is not set: run Tests/run")
    )
    func sameAsBotocore() async throws {
        let answer = try JSONDecoder().decode(Answer.self, from: try await RepositoryPath.runPython("endpoints.py"))
        var newer = 0
        for one in answer.cases {
            let service = try #require(AWSService(rawValue: one.service))
            let resolver = EndpointResolver(variants: EndpointVariants(fips: one.fips, dualStack: one.dualStack))
            let ours = Result { () throws(AWSError) in try resolver.resolve(service: service, region: one.region) }
            guard let url = one.url else {
                #expect(throws: AWSError.self, "\(one)") { try ours.get() }
                continue
            }
            let endpoint = try ours.get()
            if url == "https://states.\(one.region).api.aws", Partition.of(region: one.region).name == "aws-us-gov" {
                // Before 1.44 botocore had no rule for these; the shared vectors, which are newer, decide.
                newer += 1
                #expect(endpoint.url == "https://states-fips.\(one.region).api.aws")
                continue
            }
            #expect(endpoint.url == url, "\(one)")
            #expect(endpoint.signingRegion == one.signingRegion, "\(one)")
        }
        #expect(answer.cases.count == AWSService.allCases.count * 42 * 4)
        #expect(newer <= 4)
        print(
            "figure: endpoints.botocore-cases = \(answer.cases.count) (botocore \(answer.botocore), \(newer) newer than it)"
        )
    }

    private struct Answer: Decodable {
        struct Case: Decodable {
            let service: String
            let region: String
            let fips: Bool
            let dualStack: Bool
            let url: String?
            let signingRegion: String?
        }
        let botocore: String
        let cases: [Case]
    }
}
