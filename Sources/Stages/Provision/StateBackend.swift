import Pipeline

/// Where Terraform keeps the application's state: the S3 backend with its lock file (Terraform 1.10 and later).
///
/// https://developer.hashicorp.com/terraform/language/backend/s3
struct StateBackend: Sendable {
    /// Bucket, which is the builder's.
    var bucket: String
    /// `<application>/<environment>/terraform.tfstate`.
    var key: String
    /// Region of the bucket.
    var region: String
    /// ARN of the key that the state is encrypted with.
    var kmsKey: String
    /// Whether the tool's environment points S3 at an emulator.
    var isEmulated: Bool

    /// `s3://bucket/key`.
    var uri: String { "s3://\(bucket)/\(key)" }

    /// The state of the application in `head`'s environment.
    init(head: SectionHead, settings: StageSettings, region: String, kmsKey: String) {
        bucket = settings.stateBucket
        key = "\(head.applicationId)/\(head.environment)/terraform.tfstate"
        self.region = region
        self.kmsKey = kmsKey
        isEmulated = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].contains { settings.toolEnvironment[$0] != nil }
    }

    /// Name of the file that declares the backend.
    static let declarationFile = "builderd_backend.tf"
    /// The declaration; what it says is given at `init`, so that no value is quoted into HCL.
    static let declaration = "terraform {\n  backend \"s3\" {}\n}\n"

    /// The `-backend-config` file. The state is the builder's, so it is read and written with the builder's own profile, whatever
    /// role the module's providers act as.
    var configuration: JSONValue {
        var values: [String: JSONValue] = [
            "bucket": .string(bucket),
            "key": .string(key),
            "region": .string(region),
            "encrypt": .bool(true),
            "kms_key_id": .string(kmsKey),
            "use_lockfile": .bool(true),
            "profile": .string(ToolAccess.builderProfile),
        ]
        if isEmulated {
            for name in [
                "use_path_style", "skip_credentials_validation", "skip_requesting_account_id", "skip_region_validation",
                "skip_metadata_api_check",
            ] { values[name] = .bool(true) }
        }
        return .object(values)
    }
}
