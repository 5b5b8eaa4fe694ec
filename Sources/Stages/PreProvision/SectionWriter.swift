import ActivityWorker
import AWSClient
import OpenSSLDigest
import Pipeline

/// Writes sections: as a SecureString where Parameter Store takes it, else as an SSE-KMS object with a parameter that points to it.
struct SectionWriter: Sendable {
    /// Largest value of the standard tier, in bytes
    /// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html).
    static let standardBytes = 4096
    /// Largest value of the advanced tier, in bytes.
    static let advancedBytes = 8192

    private let ssm: SSMClient
    private let s3: S3Client
    private let reader: SectionReader
    private let settings: StageSettings

    /// A writer in this environment.
    init(environment: StageEnvironment) {
        ssm = SSMClient(environment.aws)
        s3 = S3Client(environment.aws)
        reader = SectionReader(ssm: ssm, s3: s3)
        settings = environment.settings
    }

    /// Makes sure that the section at `place` is `text`, and returns where it is. What is there already keeps its version.
    func write(_ text: String, at place: SectionPlace) async throws -> ParameterReference {
        let step = "parameters:\(place.stage.rawValue)"
        let name = place.parameterName(prefix: settings.parameterPrefix)
        if let version = try await version(of: name, with: text, step: step) {
            return ParameterReference(name: name, version: version)
        }
        // Parameter Store refuses values with `{{`: it reads them as references to other parameters.
        let fits = text.utf8.count <= Self.advancedBytes && !text.contains("{{")
        let value = fits ? text : try JSONText.of(try await writeObject(text, at: place, step: step))
        do {
            let version = try await ssm.putParameter(
                name: name,
                value: value,
                keyID: settings.kmsKey,
                overwrite: true,
                tier: value.utf8.count <= Self.standardBytes ? .standard : .advanced
            )
            return ParameterReference(name: name, version: version)
        } catch {
            throw awsFailure(error, doing: "writing the parameter \(name)", step: step)
        }
    }

    /// The version of the parameter `name` if it leads to `text`; `nil` when it has to be written.
    private func version(of name: String, with text: String, step: String) async throws -> Int? {
        let parameter: Parameter
        do {
            parameter = try await ssm.getParameter(name: name)
        } catch  where error.kind == .notFound {
            return nil
        } catch {
            throw awsFailure(error, doing: "looking for the parameter \(name)", step: step)
        }
        guard parameter.type == "SecureString" else { return nil }
        guard let pointer = SectionPointer(parameterValue: parameter.value) else {
            return parameter.value == text ? parameter.version : nil
        }
        guard pointer.sha256 == SHA256.digest(Array(text.utf8)).hex else { return nil }
        do {
            return try await reader.text(of: pointer, parameter: name) == text ? parameter.version : nil
        } catch let failure as TaskFailure
            where failure.error == FailureName.awsNotFound.rawValue
            || failure.error == FailureName.builderInputInvalid.rawValue
        {
            // The object is gone or is another one: write both anew.
            return nil
        }
    }

    private func writeObject(_ text: String, at place: SectionPlace, step: String) async throws -> SectionPointer {
        let body = Array(text.utf8)
        let location = S3ObjectLocation(bucket: settings.artifactsBucket, key: place.objectKey)
        do throws(AWSError) {
            let head = try await s3.putObject(
                bucket: location.bucket,
                key: location.key,
                body: body,
                contentType: "application/json",
                kmsKeyID: settings.kmsKey
            )
            return SectionPointer(uri: location.uri, sha256: SHA256.digest(body).hex, versionId: head.versionID)
        } catch {
            throw awsFailure(error, doing: "writing the section \(location)", step: step)
        }
    }
}
