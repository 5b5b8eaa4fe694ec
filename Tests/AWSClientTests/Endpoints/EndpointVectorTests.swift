import FoundationEssentials
import Testing

@testable import AWSClient

/// The public endpoint cases of botocore in `../shared/vectors`.
@Suite struct EndpointVectorTests {
    @Test(
        "Every public endpoint case of Step Functions and STS resolves as the vectors say",
        .enabled(if: RepositoryPath.shared != nil, "../shared is absent: the public endpoint cases are NOT checked"),
        arguments: [
            ("endpoint-stepfunctions.json", AWSService.sfn, 26), ("endpoint-sts.json", AWSService.sts, 69),
        ]
    )
    func vectors(file: String, service: AWSService, least: Int) throws {
        let folder = try #require(RepositoryPath.shared)
        let data = try Data(contentsOf: URL(filePath: "\(folder)/vectors/\(file)"))
        let cases = try JSONDecoder().decode(EndpointVectors.self, from: data).testCases
        #expect(cases.count >= least)
        for vector in cases {
            let parameters = vector.params ?? EndpointVectors.Parameters()
            let resolver = EndpointResolver(
                custom: parameters.Endpoint.map { [service: EndpointResolver.Custom(url: $0, origin: "the vector")] }
                    ?? [:],
                variants: EndpointVariants(
                    fips: parameters.UseFIPS ?? false,
                    dualStack: parameters.UseDualStack ?? false,
                    globalSTS: parameters.UseGlobalEndpoint ?? false
                )
            )
            let region = parameters.Region ?? ""
            if let expected = vector.expect.endpoint {
                let endpoint = try resolver.resolve(service: service, region: region)
                #expect(endpoint.url == expected.url, "\(vector.documentation)")
                if let scheme = expected.properties?.authSchemes?.first {
                    #expect(endpoint.signingRegion == scheme.signingRegion, "\(vector.documentation)")
                    #expect(endpoint.signingService == scheme.signingName, "\(vector.documentation)")
                }
            } else {
                #expect(vector.expect.error != nil)
                #expect(throws: AWSError.self, "\(vector.documentation)") {
                    try resolver.resolve(service: service, region: region)
                }
            }
        }
        print("figure: endpoints.\(service.rawValue)-vectors = \(cases.count)")
    }
}

/// The form of the vector files.
private struct EndpointVectors: Decodable {
    struct Parameters: Decodable {
        var Endpoint: String?
        var Region: String?
        var UseFIPS: Bool?
        var UseDualStack: Bool?
        var UseGlobalEndpoint: Bool?
    }
    struct Scheme: Decodable {
        let signingName: String
        let signingRegion: String
    }
    struct Properties: Decodable { let authSchemes: [Scheme]? }
    struct Endpoint: Decodable {
        let url: String
        let properties: Properties?
    }
    struct Expectation: Decodable {
        let endpoint: Endpoint?
        let error: String?
    }
    struct Case: Decodable {
        let documentation: String
        let params: Parameters?
        let expect: Expectation
    }
    let testCases: [Case]
}
