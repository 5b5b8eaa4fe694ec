import ActivityWorker
import AWSClient
import FoundationEssentials
import OpenSSLDigest
package import Pipeline

/// Reads a stage's section, which Pre Provision wrote: from its parameter, or from the S3 object that the parameter points to.
package struct SectionReader: Sendable {
    /// Largest section.
    static let maximumBytes = 2 * 1024 * 1024

    private let ssm: SSMClient
    private let s3: S3Client

    /// A reader with these services.
    package init(environment: StageEnvironment) {
        ssm = SSMClient(environment.aws)
        s3 = S3Client(environment.aws)
    }

    init(ssm: SSMClient, s3: S3Client) {
        self.ssm = ssm
        self.s3 = s3
    }

    /// The section of `stage`, at the version that Pre Provision returned in this execution.
    ///
    /// - Throws: `TaskFailure`: `Builder.InputInvalid` when Pre Provision has not run, when the parameter holds no such section or
    ///   when the S3 object is not the one that was written; `AWS.*` when a call fails.
    package func section<Section: Decodable & Sendable>(
        _ type: Section.Type,
        of stage: Stage,
        in envelope: Envelope
    ) async throws -> Section {
        let output: PreProvisionOutput
        do {
            output = try envelope.output(of: .preProvision, as: PreProvisionOutput.self)
        } catch {
            throw TaskFailure(invalidInput: error)
        }
        guard let reference = output.parameters[stage.rawValue] else {
            throw invalid("Pre Provision returned no parameter for \(stage.stateName).")
        }
        return try await section(type, of: stage, at: reference)
    }

    /// The section of `stage` that `reference` leads to, of this execution or of an earlier one.
    ///
    /// - Throws: `TaskFailure`: `AWS.NotFound` when the parameter, that version of it, or the object it points to is gone; else as above.
    package func section<Section: Decodable & Sendable>(
        _ type: Section.Type,
        of stage: Stage,
        at reference: ParameterReference
    ) async throws -> Section {
        let text = try await text(of: reference)
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw invalid(
                "The parameter \(reference.name):\(reference.version) is not a section of \(stage.stateName): \(error)."
            )
        }
    }

    /// The section's text that `reference` leads to.
    package func text(of reference: ParameterReference) async throws -> String {
        let parameter: Parameter
        do {
            parameter = try await ssm.getParameter(name: reference.name, version: reference.version)
        } catch {
            throw awsFailure(error, doing: "reading the parameter \(reference.name):\(reference.version)")
        }
        guard let pointer = SectionPointer(parameterValue: parameter.value) else { return parameter.value }
        return try await text(of: pointer, parameter: reference.name)
    }

    /// The text of the object that `pointer` names, proved to be the one that was written.
    func text(of pointer: SectionPointer, parameter: String) async throws -> String {
        guard let location = S3ObjectLocation(pointer.uri) else {
            throw invalid("The parameter \(parameter) points to \(pointer.uri), which is no S3 URI.")
        }
        let object: S3Object
        do {
            object = try await s3.getObject(
                bucket: location.bucket,
                key: location.key,
                versionID: pointer.versionId,
                maximumBytes: Self.maximumBytes
            )
        } catch {
            throw awsFailure(error, doing: "reading the section \(location)")
        }
        guard SHA256.digest(object.body).hex == pointer.sha256 else {
            throw invalid(
                "The object \(location) is not the one that the parameter \(parameter) was written for: its SHA-256 differs."
            )
        }
        return String(decoding: object.body, as: UTF8.self)
    }

    private func invalid(_ message: String) -> TaskFailure {
        TaskFailure(
            .builderInputInvalid,
            message: message,
            next:
                "Start the release again: Pre Provision writes its parameters anew. Nothing but builderd may write below the parameters' prefix."
        )
    }
}

extension SectionPointer {
    /// The pointer in a parameter's value; `nil` when the value is the section itself.
    init?(parameterValue: String) {
        guard parameterValue.utf8.count < 4096,
            let pointer = try? JSONDecoder().decode(SectionPointer.self, from: Data(parameterValue.utf8))
        else { return nil }
        self = pointer
    }
}
