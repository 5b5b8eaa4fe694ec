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
                    fix: "give the instance a profile, or correct aws.profile; run this as builderd's user"
                )
            ]
        }
        let found = Finding.ok("credentials", "\(held)")
        do throws(AWSError) {
            let identity = try await STSClient(aws).getCallerIdentity()
            return [found, match(identity)]
        } catch {
            return [
                found,
                .failure("identity", "\(error)", fix: "the credentials are not accepted: renew or correct them"),
            ]
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
