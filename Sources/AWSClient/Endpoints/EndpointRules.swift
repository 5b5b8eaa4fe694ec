/// The endpoints that AWS itself serves: the SDKs' endpoint rule sets of our services, boiled down to what differs.
///
/// Checked against botocore's rule sets case by case (`Tests/Python/endpoints.py`).
enum EndpointRules {
    /// The endpoint of `service` in `region`, which has passed `RegionName.checked`.
    static func endpoint(
        service: AWSService,
        region: String,
        variants: EndpointVariants
    ) throws(EndpointProblem) -> ResolvedEndpoint {
        let partition = Partition.of(region: region)
        // S3 and STS know the pseudo-region aws-global and sign it for us-east-1, S3 in every variant.
        let isGlobalS3 = service == .s3 && region == "aws-global"
        if let global = globalEndpoint(service, region, partition, variants) { return global }
        if service == .s3, variants.fips, partition.name == "aws-cn" {
            throw EndpointProblem(
                "S3 has no FIPS endpoints in \(partition.name): turn aws.fips off, or use another region"
            )
        }
        let region = isGlobalS3 ? "us-east-1" : region
        return ResolvedEndpoint(
            url: "https://" + host(service, region, partition, variants),
            signingRegion: region,
            signingService: service.signingName,
            isCustom: false
        )
    }

    private static func host(
        _ service: AWSService,
        _ region: String,
        _ partition: Partition,
        _ variants: EndpointVariants
    ) -> String {
        var label = service.endpointPrefix
        if wantsFIPSLabel(service, region, partition, variants) { label += "-fips" }
        if service == .s3 {
            // S3's dual-stack names are older than the api.aws domains and keep the plain suffix.
            if variants.dualStack { label += ".dualstack" }
            return "\(label).\(region).\(partition.dnsSuffix)"
        }
        return "\(label).\(region)." + (variants.dualStack ? partition.dualStackDNSSuffix : partition.dnsSuffix)
    }

    /// Whether the host name has `-fips` in it. In GovCloud most services' plain endpoints are the FIPS ones already.
    private static func wantsFIPSLabel(
        _ service: AWSService,
        _ region: String,
        _ partition: Partition,
        _ variants: EndpointVariants
    ) -> Bool {
        guard partition.name == "aws-us-gov" else { return variants.fips }
        switch service {
        case .sfn:
            // Dual-stack is FIPS there (since botocore 1.44), and us-gov-west-1's plain IPv4 endpoint is its FIPS one.
            return variants.dualStack || variants.fips && region != "us-gov-west-1"
        case .cloudWatch:
            return false
        case .cloudwatchLogs:
            return variants.fips && (variants.dualStack || !["us-gov-east-1", "us-gov-west-1"].contains(region))
        case .kms, .s3:
            return variants.fips
        default:
            return variants.fips && variants.dualStack
        }
    }

    /// The endpoints that stand for no single region.
    private static func globalEndpoint(
        _ service: AWSService,
        _ region: String,
        _ partition: Partition,
        _ variants: EndpointVariants
    ) -> ResolvedEndpoint? {
        guard !variants.fips, !variants.dualStack else { return nil }
        let isGlobal = region == "aws-global"
        switch service {
        case .sts where isGlobal || variants.globalSTS && formerlyGlobalSTSRegions.contains(region):
            break
        case .s3 where isGlobal:
            break
        default:
            return nil
        }
        return ResolvedEndpoint(
            url: "https://\(service.endpointPrefix).\(partition.dnsSuffix)",
            signingRegion: "us-east-1",
            signingService: service.signingName,
            isCustom: false
        )
    }

    /// Regions that shared `sts.amazonaws.com` before there were regional endpoints.
    private static let formerlyGlobalSTSRegions: Set<String> = [
        "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1",
        "eu-north-1",
        "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    ]
}
