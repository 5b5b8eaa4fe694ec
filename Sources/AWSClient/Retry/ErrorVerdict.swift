/// What an error code and status mean: how callers may treat the error, and what the client itself does about it.
struct ErrorVerdict: Sendable, Hashable {
    /// What the client does about it.
    enum Remedy: Sendable, Hashable {
        /// Nothing.
        case none
        /// Try again after a short delay.
        case transient
        /// Try again after a longer delay.
        case throttling
        /// Get other credentials and sign again, once.
        case freshCredentials
        /// Sign again by the service's clock, if that turns out to differ.
        case correctedClock
    }

    /// How callers may treat it.
    let kind: AWSError.Kind
    /// What the client does about it.
    let remedy: Remedy

    /// Decides by code first, then by status.
    ///
    /// - Parameter service: for `InvalidToken`, which is a dead task for Step Functions and bad credentials elsewhere.
    init(code: String, status: Int, service: AWSService) {
        if Self.throttlingCodes.contains(code) {
            self.init(.throttling, .throttling)
        } else if Self.expiredCodes.contains(code) {
            self.init(.accessDenied, .freshCredentials)
        } else if Self.clockCodes.contains(code) {
            self.init(.accessDenied, .correctedClock)
        } else if Self.deniedCodes.contains(code) || (code == "InvalidToken" && service != .sfn) {
            self.init(.accessDenied, .none)
        } else if Self.transientCodes.contains(code) || [500, 502, 503, 504].contains(status) {
            self.init(.transient, .transient)
        } else if status == 429 {
            self.init(.throttling, .throttling)
        } else if Self.notFoundCodes.contains(code) || Self.isNotFound(code) || status == 404 {
            self.init(.notFound, .none)
        } else if status == 401 || status == 403 || status == 407 {
            self.init(.accessDenied, .none)
        } else {
            // Other 5xx are not retried here (501 least of all), but a proxy's 520 must not make a caller drop its result.
            self.init(status > 501 ? .transient : .rejected, .none)
        }
    }

    private init(_ kind: AWSError.Kind, _ remedy: Remedy) {
        self.kind = kind
        self.remedy = remedy
    }

    /// The SDKs' throttling codes, and the last two, which no SDK retries and a worker must.
    private static let throttlingCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
        "PriorRequestNotComplete", "EC2ThrottledException", "KmsThrottlingException", "ActivityWorkerLimitExceeded",
    ]
    /// `IDPCommunicationError`: STS could not reach the identity provider.
    private static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "IDPCommunicationError",
    ]
    private static let expiredCodes: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired",
    ]
    /// Errors that a wrong clock can cause. Without one they are what they say.
    private static let clockCodes: Set<String> = [
        "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "RequestTimeTooSkewed", "RequestExpired",
        "RequestInTheFuture", "AccessDeniedException", "AccessDenied",
    ]
    private static let deniedCodes: Set<String> = [
        "UnauthorizedOperation", "UnauthorizedException", "InvalidClientTokenId", "UnrecognizedClientException",
        "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
        "IncompleteSignatureException", "InvalidAccessKeyId", "OptInRequired", "NotAuthorized", "AccountProblem",
        "AllAccessDisabled", "KmsAccessDeniedException", "InvalidIdentityToken", "IDPRejectedClaim",
        "RegionDisabledException",
    ]
    private static let notFoundCodes: Set<String> = [
        "NotFoundException", "ResourceNotFoundException", "ParameterNotFound", "ParameterVersionNotFound", "NoSuchKey",
        "NoSuchBucket", "NoSuchVersion", "NoSuchEntity", "ActivityDoesNotExist", "TaskDoesNotExist",
        "ExecutionDoesNotExist", "StateMachineDoesNotExist", "NotFound",
    ]

    /// EC2's `InvalidAMIID.NotFound` and its kin.
    private static func isNotFound(_ code: String) -> Bool { code.hasSuffix(".NotFound") }
}
