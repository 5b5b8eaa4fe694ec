import AWSClient
import Pipeline
import Stages

/// The key, the buckets, and parameters.
struct StorageChecks: Sendable {
    let aws: AWSConfiguration
    let configuration: DaemonConfiguration
    let writes: Bool

    func findings() async -> [Finding] {
        let settings = configuration.stages
        let stages = Set(configuration.activities.keys)
        var findings = await key(settings.kmsKey)
        if !stages.isDisjoint(with: [.preProvision, .validation]) {
            findings.append(await bucket("artifacts", settings.artifactsBucket))
        }
        if stages.contains(.provision) { findings.append(await bucket("state", settings.stateBucket)) }
        findings.append(await parameter())
        return findings
    }

    private func key(_ id: String) async -> [Finding] {
        let check = "kms key"
        do throws(AWSError) {
            let key = try await KMSClient(aws).describeKey(keyID: id)
            let finding = Self.judge(key)
            guard finding.level == .ok else { return [finding] }
            return [await use(key, finding), await sharing(key)]
        } catch {
            return [
                PipelineChecks.refused(check, error, needs: "kms:DescribeKey") { error in
                    .failure(check, "\(id): \(error.message)", fix: "correct storage.kmsKey")
                }
            ]
        }
    }

    /// `good` when a data key can be had under it. What is said of a key does not say that this role may use it.
    private func use(_ key: KMSKey, _ good: Finding) async -> Finding {
        do throws(AWSError) {
            try await KMSClient(aws).generateDataKeyWithoutPlaintext(keyID: key.arn)
            return good
        } catch {
            guard error.kind == .accessDenied else {
                return PipelineChecks.refused(good.check, error, needs: "kms:GenerateDataKeyWithoutPlaintext") {
                    error in
                    .failure(good.check, "\(key.arn) gives no data key: \(error.message)", fix: "see the key in KMS")
                }
            }
            return .failure(
                good.check,
                "\(key.arn) may not be used: \(error.message)",
                fix: "allow the builder's role kms:GenerateDataKey* and the rest that the platform stack gives it"
            )
        }
    }

    /// Whether the accounts of the environments may start the images that are made under it.
    private func sharing(_ key: KMSKey) async -> Finding {
        let check = KeyPolicyReview.check
        let found = EnvironmentAccounts(directory: configuration.stages.environmentsDirectory)
        guard found.unreadable.isEmpty else {
            return .warning(
                check,
                "it cannot be checked: the environment \(found.unreadable.joined(separator: ", ")) cannot be read",
                fix: "correct the file in paths.environments, or run this as root"
            )
        }
        let accounts = found.accounts.filter { $0 != key.accountID }.sorted()
        guard !accounts.isEmpty else {
            return .ok(check, "no environment names another account than the key's own")
        }
        do throws(AWSError) {
            let policy = try await KMSClient(aws).getKeyPolicy(keyID: key.keyID)
            return KeyPolicyReview(policy: policy, accounts: accounts).finding()
        } catch {
            return PipelineChecks.refused(check, error, needs: "kms:GetKeyPolicy") { error in
                .warning(check, "its policy cannot be read: \(error.message)", fix: "look at it in KMS")
            }
        }
    }

    /// Whether everything that builderd does with a key can be done with this one, by what it is.
    static func judge(_ key: KMSKey) -> Finding {
        let check = "kms key"
        if key.enabled == false || key.state.map({ $0 != "Enabled" }) ?? false {
            return .failure(
                check,
                "\(key.arn) is \(key.state ?? "disabled")",
                fix: "enable it (aws kms enable-key), or cancel its deletion"
            )
        }
        if let usage = key.usage, usage != "ENCRYPT_DECRYPT" {
            return .failure(check, "\(key.arn) is for \(usage)", fix: "name a key for ENCRYPT_DECRYPT")
        }
        if let spec = key.spec, spec != "SYMMETRIC_DEFAULT" {
            return .failure(check, "\(key.arn) is \(spec)", fix: "name a symmetric key")
        }
        if key.manager == "AWS" {
            return .failure(
                check,
                "\(key.arn) is AWS's own: images under it cannot be shared with applications' accounts",
                fix: "name a customer managed key, as the platform stack makes one"
            )
        }
        return .ok(check, "\(key.arn) is enabled, symmetric, a customer's, and can be used")
    }

    private func bucket(_ name: String, _ bucket: String) async -> Finding {
        let check = "bucket \(name)"
        do throws(AWSError) {
            let encryption = try await S3Client(aws).getBucketEncryption(bucket: bucket)
            if encryption.algorithm.hasPrefix("aws:kms") {
                return .ok(check, "\(bucket) encrypts under \(encryption.keyID ?? "the account's aws/s3 key")")
            }
            return .warning(
                check,
                "\(bucket) encrypts by \(encryption.algorithm), not under the customer's key",
                fix: "set SSE-KMS with storage.kmsKey as its default encryption, as the platform stack does"
            )
        } catch {
            if error.code == "ServerSideEncryptionConfigurationNotFoundError" {
                return .failure(check, "\(bucket) has no default encryption", fix: "set SSE-KMS with storage.kmsKey")
            }
            return PipelineChecks.refused(check, error, needs: "s3:GetEncryptionConfiguration") { error in
                .failure(check, "\(bucket): \(error.message)", fix: "correct storage.\(name)Bucket")
            }
        }
    }

    /// Written under the key and read back, each time in the same place, which no release uses: those have five parts.
    private func parameter() async -> Finding {
        let check = "parameter"
        let name = "\(configuration.stages.parameterPrefix)/doctor/\(configuration.workerName ?? HostName.workerName())"
        guard writes else {
            return .warning(check, "writing and reading \(name) was left out", fix: "run without --no-write")
        }
        let client = SSMClient(aws)
        let value = "written by builderctl doctor \(UInt64.random(in: .min ... .max))"
        do throws(AWSError) {
            let key = configuration.stages.kmsKey
            let version = try await client.putParameter(name: name, value: value, keyID: key, overwrite: true)
            let read = try await client.getParameter(name: name, version: version)
            guard read.value == value else {
                return .failure(check, "\(name) does not read back what was written", fix: "see who else writes it")
            }
            return .ok(check, "\(name) was written under the key and read back")
        } catch {
            return .failure(
                check,
                "\(error)",
                fix:
                    "allow the builder's role ssm:PutParameter and ssm:GetParameter below storage.parameterPrefix, and the key"
            )
        }
    }
}
