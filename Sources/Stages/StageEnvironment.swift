package import AWSClient

/// What every stage is made with: the services it calls, the tools it drives, the places it keeps things.
package struct StageEnvironment: Sendable {
    /// The AWS services as the builder itself.
    package var aws: AWSConfiguration
    /// Configured places and names.
    package var settings: StageSettings

    /// An environment of these parts.
    package init(aws: AWSConfiguration, settings: StageSettings) {
        self.aws = aws
        self.settings = settings
    }
}

/// The part of the daemon's configuration that the stages read.
package struct StageSettings: Sendable, Hashable {
    /// Directory of `packer/ chef/ terraform/ inspec/`.
    package var catalogueDirectory: String
    /// Directory of `<environment>.yaml` files.
    package var environmentsDirectory: String
    /// Directory of the platform's rules; it need not exist. Default `/etc/builderd/rules`.
    package var rulesDirectory: String
    /// KMS key for parameters, images, reports and logs: id, ARN or alias.
    package var kmsKey: String
    /// Bucket for reports and oversize sections.
    package var artifactsBucket: String
    /// Bucket for Terraform's state.
    package var stateBucket: String
    /// DynamoDB inventory table (`pk`, `sk`).
    package var inventoryTable: String
    /// First part of every parameter's name. Default `/builderd`.
    package var parameterPrefix: String
    /// Directory on disk where this host keeps what it needs to prove a lock of Terraform's state dead, and states that could be saved
    /// nowhere else. Default `/var/lib/builderd/terraform`.
    package var terraformDirectory: String
    /// Packer's executable: name or absolute path.
    package var packer: String
    /// Terraform's executable: name or absolute path.
    package var terraform: String
    /// InSpec-compatible auditor's executable: name or absolute path.
    package var auditor: String
    /// From SIGTERM to SIGKILL, by tool.
    package var packerGrace: Duration
    /// From SIGTERM to SIGKILL.
    package var terraformGrace: Duration
    /// From SIGTERM to SIGKILL.
    package var auditorGrace: Duration
    /// What tools sign as.
    package var toolCredentials: ToolCredentialSource
    /// Extra environment for every tool, for example `PATH` and endpoints of emulators. Never a secret.
    package var toolEnvironment: [String: String]

    /// Settings of these parts.
    package init(
        catalogueDirectory: String,
        environmentsDirectory: String,
        rulesDirectory: String = "/etc/builderd/rules",
        kmsKey: String,
        artifactsBucket: String,
        stateBucket: String,
        inventoryTable: String,
        parameterPrefix: String = "/builderd",
        terraformDirectory: String = "/var/lib/builderd/terraform",
        packer: String = "packer",
        terraform: String = "terraform",
        auditor: String = "inspec",
        packerGrace: Duration = .seconds(240),
        terraformGrace: Duration = .seconds(300),
        auditorGrace: Duration = .seconds(15),
        toolCredentials: ToolCredentialSource = .ec2InstanceMetadata,
        toolEnvironment: [String: String] = [:]
    ) {
        self.catalogueDirectory = catalogueDirectory
        self.environmentsDirectory = environmentsDirectory
        self.rulesDirectory = rulesDirectory
        self.kmsKey = kmsKey
        self.artifactsBucket = artifactsBucket
        self.stateBucket = stateBucket
        self.inventoryTable = inventoryTable
        self.parameterPrefix = parameterPrefix
        self.terraformDirectory = terraformDirectory
        self.packer = packer
        self.terraform = terraform
        self.auditor = auditor
        self.packerGrace = packerGrace
        self.terraformGrace = terraformGrace
        self.auditorGrace = auditorGrace
        self.toolCredentials = toolCredentials
        self.toolEnvironment = toolEnvironment
    }
}

/// Where a tool's private AWS configuration file takes its base credentials from: by reference, refreshed by the tool's own SDK.
package enum ToolCredentialSource: Sendable, Hashable {
    /// `credential_source = Ec2InstanceMetadata`.
    case ec2InstanceMetadata
    /// `credential_source = EcsContainer`.
    case ecsContainer
    /// The named profile of an AWS configuration file, whose settings are copied into the private file (emulators, laptops).
    case profile(name: String, file: String)
}
