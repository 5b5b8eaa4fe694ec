import AWSClient

/// Who the host is to AWS.
struct IdentityChecks: Sendable {
    let aws: AWSConfiguration
    let configuration: DaemonConfiguration

    func findings() async -> [Finding] {
        let held: Credentials
        do throws(AWSError) {
            held = try await aws.credentials.credentials()
        } catch {
            return [
                .failure(
                    "credentials",
                    error.message,
                    fix: error.isRetryable
                        ? "see the endpoints above and try again: the source of the credentials did not answer"
                        : "give the instance a profile, or correct aws.profile or the credentials file"
                )
            ]
        }
        let found = Finding.ok("credentials", "\(held)")
        do throws(AWSError) {
            let identity = try await STSClient(aws).getCallerIdentity()
            return [found, match(identity)]
        } catch {
            return [found, Self.unanswered(error)]
        }
    }

    /// Only a refusal says something of the credentials.
    static func unanswered(_ error: AWSError) -> Finding {
        switch error.kind {
        case .accessDenied, .notFound, .rejected:
            .failure("identity", "\(error)", fix: "the credentials are not accepted: renew or correct them")
        case .throttling, .transient, .cancelled:
            .failure(
                "identity",
                "STS does not say who this is: \(error)",
                fix: "it says nothing of the credentials: see endpoint sts above, and try again"
            )
        }
    }

    private func match(_ identity: CallerIdentity) -> Finding {
        let accounts = Set(configuration.activities.values.compactMap { ActivityARN($0.arn)?.account })
        guard accounts.contains(identity.account) else {
            return .failure(
                "identity",
                "\(identity.arn) is of account \(identity.account), the activities of \(accounts.sorted().joined(separator: ", "))",
                fix: "correct the activities' ARNs or the credentials: an activity is polled in its own account"
            )
        }
        return .ok("identity", identity.arn)
    }
}
