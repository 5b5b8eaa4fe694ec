import CurlTransport

/// The credentials that ECS or EKS Pod Identity gives a container
/// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
struct ContainerCredentials: CredentialSource {
    /// Attempts, the first included.
    static let attempts = 3

    /// How to reach it.
    let transport: any HTTPExchanging
    /// The surroundings that name it.
    let environment: AWSEnvironment

    func fetch() async throws(CredentialProblem) -> CredentialAnswer {
        guard let url = try url() else {
            return .notConfigured(
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set"
            )
        }
        var headers = [HTTPField("Accept", "application/json")]
        if let token = try token() { headers.append(HTTPField("Authorization", token)) }
        let origin = "the container credentials endpoint"
        let bytes = try await body(MetadataExchange.request("GET", url, headers), origin)
        let document = try CredentialDocument(bytes, origin: origin)
        let credentials = try document.credentials(source: "container", origin: origin, needsExpiration: true)
        return .found(credentials, outlivesExpiration: true)
    }

    private func url() throws(CredentialProblem) -> String? {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            guard path.hasPrefix("/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw CredentialProblem("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path: it has to begin with /")
            }
            return "http://169.254.170.2" + path
        }
        guard let text = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
        guard let url = EndpointURL(text) else {
            throw CredentialProblem("AWS_CONTAINER_CREDENTIALS_FULL_URI is not an http or https URL")
        }
        let allowed = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
        guard url.scheme == "https" || url.isLoopback || allowed.contains(url.host) else {
            throw CredentialProblem(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is plain http to \(url.host), which is refused: use https, a loopback address or "
                    + allowed.joined(separator: ", ")
            )
        }
        return text
    }

    private func token() throws(CredentialProblem) -> String? {
        var token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        var origin = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
        if let file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            origin = "the token in \(file) (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)"
            token = try TokenFile.read(file, variable: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", environment)
        }
        guard let token else { return nil }
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw CredentialProblem("\(origin) is empty or has a line break or another control character: remove it")
        }
        return token
    }

    private func body(_ request: HTTPRequest, _ origin: String) async throws(CredentialProblem) -> [UInt8] {
        var last = CredentialProblem("\(origin) was not asked")
        for attempt in 1...Self.attempts {
            if attempt > 1 {
                await environment.pause(MetadataExchange.pause(before: attempt, random: environment.random()))
            }
            if Task.isCancelled { throw CredentialProblem("asking \(origin) was cancelled", kind: .cancelled) }
            switch await MetadataExchange.send(request, transport) {
            case .success(let response):
                if response.status == 200 { return response.body }
                last = CredentialProblem(
                    "\(origin) answered \(response.status): check the task's role, and the authorization token if one is set",
                    kind: response.status >= 500 || response.status == 429 ? .transient : .accessDenied
                )
                if (400..<500).contains(response.status), response.status != 429 { throw last }
            case .failure(let error):
                last = CredentialProblem(
                    "\(origin) gave no answer (\(error.code.rawValue)): check AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI",
                    kind: MetadataExchange.kind(of: error),
                    underlying: error
                )
            }
        }
        throw last
    }
}
