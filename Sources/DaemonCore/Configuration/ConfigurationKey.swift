/// One key of `builderd.yaml`: its path, what it takes, its default, its meaning. The loader, the check for unknown keys, the
/// `BUILDERD_*` overrides and the test of the shipped file all read the one table, `ConfigurationKey.all`.
package struct ConfigurationKey: Sendable, Hashable {
    /// What a key takes.
    package enum Kind: Sendable, Hashable {
        /// Any text without control characters.
        case text
        /// Text without white space or control characters: ids, names, aliases.
        case word
        /// 1 to 80 characters that `workerName` of GetActivityTask takes: ASCII letters, digits, `-`, `_` and `.`.
        case workerName
        /// `true` or `false`.
        case bool
        /// A whole number of this range, in this unit.
        case integer(ClosedRange<Int>, unit: String)
        /// One of these words.
        case oneOf([String])
        /// An `http` or `https` URL; plain http only for loopback.
        case url
        /// An absolute path.
        case path
        /// The ARN of a Step Functions activity.
        case activityARN
        /// The ARN of a Step Functions state machine.
        case stateMachineARN
        /// A mapping of environment variable names to text; file only.
        case environment
    }

    /// Components from the top of the file, for example `["aws", "region"]`.
    package let path: [String]
    /// What it takes.
    package let kind: Kind
    /// The value when neither file nor environment has one; `nil` leaves it unset.
    package let defaultValue: String?
    /// Whether a reload applies it to a running daemon; else it takes a restart.
    package let isLive: Bool

    /// The path as it is written in messages, for example `aws.region`.
    package var name: String { path.joined(separator: ".") }

    /// The overriding environment variable, for example `BUILDERD_ACTIVITIES_PRE_PROVISION_ARN`.
    package var variable: String {
        "BUILDERD_"
            + path.map { component in
                component.reduce(into: "") { word, character in
                    if character.isUppercase { word.append("_") }
                    word.append(contentsOf: character.uppercased())
                }
            }.joined(separator: "_")
    }

    init(_ path: String..., kind: Kind, default defaultValue: String? = nil, isLive: Bool = false) {
        self.path = path
        self.kind = kind
        self.defaultValue = defaultValue
        self.isLive = isLive
    }
}

extension ConfigurationKey {
    /// Every key there is, in the order of the shipped file.
    package static let all: [ConfigurationKey] =
        aws + activities + stateMachines + worker + host + paths + storage + tools + surroundings

    /// Services whose endpoint can be set, by the names of the `aws.endpoints` keys.
    package static let endpointNames = [
        "sfn", "ssm", "s3", "kms", "ec2", "dynamodb", "logs", "sts", "autoscaling",
    ]

    /// Stages by the names of the `activities` keys, in pipeline order.
    package static let stageNames = ["preProvision", "bakery", "provision", "validation", "postProvision"]

    private static let aws: [ConfigurationKey] =
        [
            ConfigurationKey("aws", "region", kind: .word),
            ConfigurationKey("aws", "profile", kind: .text),
            ConfigurationKey("aws", "fips", kind: .bool),
            ConfigurationKey("aws", "dualStack", kind: .bool),
        ] + endpointNames.map { ConfigurationKey("aws", "endpoints", $0, kind: .url) }

    private static let activities: [ConfigurationKey] = stageNames.flatMap { stage in
        [
            ConfigurationKey("activities", stage, "arn", kind: .activityARN),
            ConfigurationKey(
                "activities",
                stage,
                "slots",
                kind: .integer(1...64, unit: "tasks"),
                default: "1",
                isLive: true
            ),
        ]
    }

    private static let stateMachines = [
        ConfigurationKey("stateMachines", "release", kind: .stateMachineARN),
        ConfigurationKey("stateMachines", "ping", kind: .stateMachineARN),
    ]

    private static let worker = [ConfigurationKey("worker", "name", kind: .workerName)]

    private static let host = [
        ConfigurationKey("host", "autoScalingGroup", kind: .word),
        ConfigurationKey("host", "lifecycleHook", kind: .word),
        ConfigurationKey(
            "host",
            "lifecycleHeartbeatSeconds",
            kind: .integer(5...3600, unit: "seconds"),
            default: "60"
        ),
    ]

    private static let paths = [
        ConfigurationKey("paths", "state", kind: .path, default: "/var/lib/builderd"),
        ConfigurationKey("paths", "work", kind: .path, default: "/var/lib/builderd-work"),
        ConfigurationKey("paths", "catalogue", kind: .path, default: "/etc/builderd/catalogue", isLive: true),
        ConfigurationKey("paths", "environments", kind: .path, default: "/etc/builderd/environments", isLive: true),
        ConfigurationKey("paths", "rules", kind: .path, default: "/etc/builderd/rules", isLive: true),
    ]

    private static let storage = [
        ConfigurationKey("storage", "kmsKey", kind: .word, isLive: true),
        ConfigurationKey("storage", "artifactsBucket", kind: .word, isLive: true),
        ConfigurationKey("storage", "stateBucket", kind: .word, isLive: true),
        ConfigurationKey("storage", "inventoryTable", kind: .word, isLive: true),
        ConfigurationKey("storage", "parameterPrefix", kind: .path, default: "/builderd", isLive: true),
    ]

    private static let tools: [ConfigurationKey] = [
        ConfigurationKey("tools", "packer", "path", kind: .text, default: "packer", isLive: true),
        ConfigurationKey(
            "tools",
            "packer",
            "graceSeconds",
            kind: .integer(1...3600, unit: "seconds"),
            default: "200",
            isLive: true
        ),
        ConfigurationKey("tools", "terraform", "path", kind: .text, default: "terraform", isLive: true),
        ConfigurationKey(
            "tools",
            "terraform",
            "graceSeconds",
            kind: .integer(1...3600, unit: "seconds"),
            default: "300",
            isLive: true
        ),
        ConfigurationKey("tools", "auditor", "path", kind: .text, default: "inspec", isLive: true),
        ConfigurationKey(
            "tools",
            "auditor",
            "graceSeconds",
            kind: .integer(1...3600, unit: "seconds"),
            default: "15",
            isLive: true
        ),
        ConfigurationKey(
            "tools",
            "credentials",
            "source",
            kind: .oneOf(["Ec2InstanceMetadata", "EcsContainer", "profile"]),
            default: "Ec2InstanceMetadata",
            isLive: true
        ),
        ConfigurationKey("tools", "credentials", "profile", kind: .text, isLive: true),
        ConfigurationKey("tools", "credentials", "file", kind: .path, isLive: true),
        ConfigurationKey("tools", "landlock", kind: .oneOf(["auto", "off"]), default: "auto"),
        ConfigurationKey("tools", "environment", kind: .environment, isLive: true),
    ]

    private static let surroundings = [
        ConfigurationKey("health", "socket", kind: .path, default: "/run/builderd/health.sock"),
        ConfigurationKey("health", "group", kind: .word),
        ConfigurationKey("control", "socket", kind: .path, default: "/run/builderd/control.sock"),
        ConfigurationKey("control", "group", kind: .word),
        ConfigurationKey(
            "log",
            "level",
            kind: .oneOf(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            default: "info",
            isLive: true
        ),
        ConfigurationKey("log", "format", kind: .oneOf(["auto", "journal", "console"]), default: "auto"),
    ]
}
