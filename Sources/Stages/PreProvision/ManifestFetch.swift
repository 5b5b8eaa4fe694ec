import ActivityWorker
import AWSClient
import CurlTransport
import OpenSSLDigest
import Pipeline

/// Gets a release's manifest, from S3 or from the release itself.
struct ManifestFetch: Sendable {
    /// Largest manifest: 1 MiB.
    static let maximumBytes = DocumentLimits().bytes

    let s3: S3Client

    /// The manifest's text and where it is from. Whether it is a manifest is not looked at, only that it is text.
    func fetch(_ source: ManifestSource) async throws(TaskFailure) -> FetchedManifest {
        switch source {
        case .inline(let value):
            let text = value.canonicalText
            return FetchedManifest(
                name: "manifest",
                text: text,
                isInline: true,
                sha256: SHA256.digest(Array(text.utf8)).hex
            )
        case .object(let location):
            return try await fetch(location)
        }
    }

    private func fetch(_ location: S3ObjectLocation) async throws(TaskFailure) -> FetchedManifest {
        let object: S3Object
        do {
            object = try await s3.getObject(
                bucket: location.bucket,
                key: location.key,
                versionID: location.versionId,
                maximumBytes: Self.maximumBytes
            )
        } catch {
            throw failure(error, location)
        }
        let name = "manifest \(location)"
        do {
            // Reading it here refuses what is not text before it is recorded as the step's result.
            _ = try DocumentReader(document: name).read(object.body)
        } catch {
            throw TaskFailure(
                .preProvisionManifestInvalid,
                message: error.summary,
                next: "Correct the manifest, upload it, and release again with its new version.",
                step: "manifest",
                detail: error.rendered
            )
        }
        return FetchedManifest(
            name: name,
            text: String(decoding: object.body, as: UTF8.self),
            isInline: false,
            sha256: SHA256.digest(object.body).hex,
            versionId: object.head.versionID ?? location.versionId
        )
    }

    private func failure(_ error: AWSError, _ location: S3ObjectLocation) -> TaskFailure {
        if (error.underlying as? TransportError)?.code == .bodyTooLarge {
            return TaskFailure(
                .preProvisionManifestInvalid,
                message: "The manifest \(location) is larger than \(Self.maximumBytes) bytes.",
                next:
                    "Make the manifest smaller: large data belongs in objects of its own, with their addresses in the manifest.",
                step: "manifest"
            )
        }
        if error.kind == .notFound {
            return TaskFailure(
                .preProvisionManifestNotFound,
                message: "There is no manifest at \(location) (\(error)).",
                next: "Upload the manifest there, or correct `manifest` in the release; then release again.",
                step: "manifest"
            )
        }
        return awsFailure(error, doing: "reading the manifest \(location)", step: "manifest")
    }
}
