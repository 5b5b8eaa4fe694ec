import CurlTransport
import FoundationEssentials

/// The instance metadata service, version 2 only
/// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html).
package actor InstanceMetadata {
    /// Attempts at one value, the first included.
    static let attempts = 4
    /// What is asked for as a session token's life, in seconds; the longest there is.
    static let tokenSeconds = 21_600

    private let transport: any HTTPExchanging
    private let environment: AWSEnvironment
    private var token: (value: String, expires: Date)?

    /// A client for these surroundings; `AWS_EC2_METADATA_DISABLED`, `AWS_EC2_METADATA_SERVICE_ENDPOINT` and
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE` are heeded at each call.
    package init(transport: any HTTPExchanging, environment: AWSEnvironment) {
        self.transport = transport
        self.environment = environment
    }

    /// Whether `AWS_EC2_METADATA_DISABLED` switches the service off.
    nonisolated var isDisabled: Bool { environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" }

    /// The text at a path such as `latest/meta-data/placement/region`.
    ///
    /// - Parameter attempts: how often each of token and value is asked for at most.
    /// - Returns: `nil` when the service answers 404: the instance has no such value.
    /// - Throws: `CredentialProblem` when the service cannot be reached or refuses.
    func value(at path: String, attempts: Int = attempts) async throws(CredentialProblem) -> [UInt8]? {
        let base = try endpoint()
        var last = CredentialProblem("instance metadata was not asked")
        for attempt in 1...attempts {
            if attempt > 1 {
                await environment.pause(MetadataExchange.pause(before: attempt, random: environment.random()))
            }
            if Task.isCancelled { throw CredentialProblem("asking instance metadata was cancelled", kind: .cancelled) }
            let token = try await sessionToken(base, attempts: attempts)
            let request = MetadataExchange.request(
                "GET",
                "\(base)/\(path)",
                [HTTPField("x-aws-ec2-metadata-token", token)]
            )
            switch await MetadataExchange.send(request, transport) {
            case .success(let response):
                switch response.status {
                case 200 where !response.body.isEmpty: return response.body
                case 404: return nil
                case 400, 403: throw refusal("GET /\(path)", response.status)
                case 401: self.token = nil
                default: break
                }
                last = CredentialProblem(
                    "instance metadata answered \(response.status) to GET /\(path)",
                    kind: .transient
                )
            case .failure(let error):
                last = unreachable(base, error)
            }
        }
        throw last
    }

    /// Whether the service still answers version 1, which needs no token: `nil` where nothing answers, or it is switched off.
    package nonisolated func answersWithoutToken() async -> Bool? {
        guard !isDisabled, let base = try? endpoint() else { return nil }
        let request = MetadataExchange.request("GET", "\(base)/latest/meta-data/instance-id", [])
        guard case .success(let response) = await MetadataExchange.send(request, transport) else { return nil }
        return response.status == 200
    }

    private func sessionToken(_ base: String, attempts: Int) async throws(CredentialProblem) -> String {
        if let token, environment.now() < token.expires { return token.value }
        let ttl = HTTPField("x-aws-ec2-metadata-token-ttl-seconds", String(Self.tokenSeconds))
        let request = MetadataExchange.request("PUT", "\(base)/latest/api/token", [ttl])
        var last = CredentialProblem("instance metadata was not asked")
        for attempt in 1...attempts {
            if attempt > 1 {
                await environment.pause(MetadataExchange.pause(before: attempt, random: environment.random()))
            }
            let asked = environment.now()
            switch await MetadataExchange.send(request, transport) {
            case .success(let response):
                if response.status == 200, let text = Self.line(response.body) {
                    let seconds = response.header(ttl.name).flatMap { Int($0) } ?? Self.tokenSeconds
                    token = (text, asked.addingTimeInterval(Double(seconds)))
                    return text
                }
                if [400, 403, 404].contains(response.status) {
                    throw refusal("PUT /latest/api/token", response.status)
                }
                last = CredentialProblem(
                    "instance metadata answered \(response.status) instead of a token",
                    kind: .transient
                )
            case .failure(let error):
                last = unreachable(base, error)
            }
        }
        throw last
    }

    private nonisolated func endpoint() throws(CredentialProblem) -> String {
        if let url = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] {
            do {
                return try EndpointURL.checked(url, origin: "AWS_EC2_METADATA_SERVICE_ENDPOINT")
            } catch {
                throw CredentialProblem(error.message)
            }
        }
        switch environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() {
        case nil, "ipv4": return "http://169.254.169.254"
        case "ipv6": return "http://[fd00:ec2::254]"
        default:
            throw CredentialProblem(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6: write one of them"
            )
        }
    }

    private nonisolated func refusal(_ what: String, _ status: Int) -> CredentialProblem {
        CredentialProblem(
            "instance metadata answered \(status) to \(what): enable the instance's metadata service (version 2) with "
                + "aws ec2 modify-instance-metadata-options --http-endpoint enabled"
        )
    }

    private nonisolated func unreachable(_ base: String, _ error: TransportError) -> CredentialProblem {
        CredentialProblem(
            "instance metadata at \(base) gave no answer (\(error.code.rawValue)): this host is no EC2 instance, or its hop limit "
                + "or a firewall keeps the daemon from it",
            kind: MetadataExchange.kind(of: error),
            underlying: error
        )
    }

    /// One line of printable ASCII: what may stand in a header field and in a URL.
    static func line(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
