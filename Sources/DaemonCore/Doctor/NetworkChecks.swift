import AWSClient
import CurlTransport
import FoundationEssentials

/// Endpoints, the clock against theirs, and instance metadata.
struct NetworkChecks: Sendable {
    /// Services that builderd calls by itself, on every host.
    static let services: [AWSService] = [.sfn, .ssm, .s3, .kms, .ec2, .dynamodb, .cloudwatchLogs, .sts]
    /// A difference that nobody notices yet, in seconds.
    static let smallSkew = 30.0
    /// From here on services refuse signatures soon: the strictest allows five minutes.
    static let largeSkew = 240.0

    let transport: any HTTPExchanging
    let endpoints: EndpointResolver
    let region: String
    let services: [AWSService]
    let metadata: InstanceMetadata
    /// The addresses that a host name has.
    var addresses: @Sendable (String) async -> [String] = HostAddresses.of

    func findings() async -> [Finding] {
        let looks = await withTaskGroup(of: (Int, Finding, Double?).self) { group in
            for (index, service) in services.enumerated() {
                group.addTask {
                    let (finding, skew) = await look(at: service)
                    return (index, finding, skew)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        return looks.map(\.1) + [Self.clock(looks.compactMap(\.2)), await metadataVersion()]
    }

    /// Whether anything answers at the service's endpoint, whatever it says, and by how many seconds its clock is ahead.
    private func look(at service: AWSService) async -> (Finding, Double?) {
        let check = "endpoint \(service.configurationKey)"
        let endpoint: ResolvedEndpoint
        do {
            endpoint = try endpoints.resolve(service: service, region: region)
        } catch {
            return (.failure(check, error.message, fix: "correct aws.endpoints, aws.fips or aws.dualStack"), nil)
        }
        let origin =
            endpoints.custom[service].map { ", by \($0.origin)" }
            ?? (endpoints.variants.fips ? ", FIPS" : "") + (endpoints.variants.dualStack ? ", dual-stack" : "")
        let sent = Date.now
        do {
            let request = HTTPRequest(
                method: "GET",
                url: endpoint.url + "/",
                limits: ExchangeLimits(connect: .seconds(3), whole: .seconds(10), bodyBytes: 1 << 20)
            )
            let response = try await transport.exchange(request)
            let middle = sent.addingTimeInterval(Date.now.timeIntervalSince(sent) / 2)
            let date = response.header("Date").flatMap { HTTPDate.date($0) }
            let way = await isPrivate(endpoint.url) ? ", VPC endpoint" : ""
            return (.ok(check, "\(endpoint.url) answers\(origin)\(way)"), date.map { $0.timeIntervalSince(middle) })
        } catch {
            let fix =
                endpoint.isCustom
                ? "correct aws.endpoints.\(service.configurationKey), or the VPC endpoint behind it"
                : "open the way to it: proxy, firewall, or a VPC endpoint for \(service.endpointPrefix) with private DNS"
            return (.failure(check, "\(endpoint.url)\(origin): \(error.message)", fix: fix), nil)
        }
    }

    /// Whether every address of the URL's host is one of a private network: then its name leads to a VPC endpoint.
    func isPrivate(_ url: String) async -> Bool {
        let authority = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        // An address in brackets has colons of its own.
        let host = authority.first == "[" ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        let found = await addresses(String(host))
        return !found.isEmpty && found.allSatisfy(HostAddresses.isPrivate)
    }

    /// The least of the differences counts: one answer may have waited in a proxy.
    static func clock(_ skews: [Double]) -> Finding {
        guard let skew = skews.min(by: { abs($0) < abs($1) }) else {
            return .warning("clock", "no answer had a date to compare with", fix: "correct the endpoints first")
        }
        let side = skew < 0 ? "ahead of" : "behind"
        let text = "this host's clock is \(Int(abs(skew).rounded())) s \(side) AWS's"
        let fix = "set the clock by NTP: systemctl enable --now systemd-timesyncd (or chrony)"
        // A Date field has whole seconds.
        if abs(skew) < 2 { return .ok("clock", "this host's clock is AWS's to the second") }
        if abs(skew) <= smallSkew { return .ok("clock", text) }
        return abs(skew) < largeSkew ? .warning("clock", text, fix: fix) : .failure("clock", text, fix: fix)
    }

    private func metadataVersion() async -> Finding {
        switch await metadata.answersWithoutToken() {
        case nil: .ok("metadata", "no instance metadata answers here")
        case false?: .ok("metadata", "instance metadata wants a token (IMDSv2)")
        case true?:
            .warning(
                "metadata",
                "instance metadata answers without a token (IMDSv1): whoever can make a tool fetch a URL gets credentials",
                fix: "aws ec2 modify-instance-metadata-options --http-tokens required --instance-id <this instance>"
            )
        }
    }
}
