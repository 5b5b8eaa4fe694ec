extension ApplicationManifest {
    /// The value of `apiVersion`.
    package static let apiVersion = "builderd/v1"

    /// What a manifest may hold.
    package static let schema = ClosedSchema.object([
        .required("apiVersion", .text(.apiVersion)),
        .required(
            "metadata",
            .object([
                .required("applicationId", .text(.applicationId)),
                .required("owner", .text(.tagValue)),
                .required("costCenter", .text(.tagValue)),
                .required("dataClass", .text(.tagValue)),
                .required("accountId", .text(.accountId)),
            ])
        ),
        .required("spec", specSchema),
    ])

    private static let specSchema = ClosedSchema.object([
        .required(
            "image",
            .object([
                .required("template", .text(.catalogueName)),
                .optional("source", .text(.line(1...255))),
                .optional("chef", chefSchema),
                .optional("variables", .variables, default: .object([:])),
                .optional("packages", .list(.text(.packageName), unique: true), default: .array([])),
            ])
        ),
        .required(
            "infrastructure",
            .object([
                .required("module", .text(.catalogueName)),
                .optional("variables", .variables, default: .object([:])),
            ])
        ),
        .optional("services", .list(serviceSchema), default: .array([])),
        .optional("validation", validationSchema, default: defaultValidation),
        .optional("logging", loggingSchema, default: .object(["groups": .array([])])),
        .optional("release", releaseSchema, default: defaultRelease),
        .optional("secrets", .list(secretSchema, maximum: 100, unique: true), default: .array([])),
    ])

    private static let chefSchema = ClosedSchema.object([
        .required("policy", .text(.catalogueName)),
        .optional("attributes", .map(key: .line(1...128), value: .anything), default: .object([:])),
    ])

    private static let serviceSchema = ClosedSchema.object([
        .required("type", .text(.catalogueName)),
        .required("access", .text(.catalogueName)),
    ])

    private static let validationSchema = ClosedSchema.object([
        .optional("profiles", .list(.text(.catalogueName), unique: true), default: .array([])),
        .optional("inputs", .variables, default: .object([:])),
        .optional(
            "waivers",
            .list(
                .object([
                    .required("control", .text(.line(1...256))),
                    .required("expires", .text(.date)),
                    .required("justification", .text(.line(1...1024))),
                ]),
                unique: true
            ),
            default: .array([])
        ),
    ])

    private static let loggingSchema = ClosedSchema.object([
        .optional("groups", .list(.text(.logGroup), unique: true), default: .array([])),
        .optional("retentionDays", .retentionDays),
        .optional("index", .text(.catalogueName)),
    ])

    private static let releaseSchema = ClosedSchema.object([
        .optional(
            "strategy",
            .text(.oneOf(ReleaseStrategy.allCases.map(\.rawValue))),
            default: .string(ReleaseStrategy.allAtOnce.rawValue)
        ),
        .optional("steps", .list(.whole(1...100), maximum: 100), default: .array([])),
        .optional("bakeMinutes", .whole(0...1440), default: .integer(0)),
        .optional("alarms", .list(.text(.line(1...255)), maximum: 100, unique: true), default: .array([])),
        .optional("smokeTests", .list(smokeTestSchema, maximum: 100, unique: true), default: .array([])),
    ])

    private static let smokeTestSchema = ClosedSchema.object([
        .required("name", .text(.line(1...128))),
        .required("path", .text(.requestPath)),
        .optional("expectStatus", .whole(200...599), default: .integer(200)),
        .optional("contains", .text(.line(1...1024))),
        .optional("withinSeconds", .whole(1...3600), default: .integer(60)),
    ])

    private static let secretSchema = ClosedSchema.object([
        .required("name", .text(.identifier)),
        .required("parameter", .text(.parameterName)),
        .optional("version", .whole(1...Int64(Int32.max))),
        .required(
            "stages",
            .list(
                .text(.oneOf([Stage.bakery.rawValue, Stage.provision.rawValue])),
                minimum: 1,
                maximum: 2,
                unique: true
            )
        ),
    ])

    private static let defaultValidation = JSONValue.object([
        "profiles": .array([]), "inputs": .object([:]), "waivers": .array([]),
    ])

    private static let defaultRelease = JSONValue.object([
        "strategy": .string(ReleaseStrategy.allAtOnce.rawValue), "steps": .array([]), "bakeMinutes": .integer(0),
        "alarms": .array([]), "smokeTests": .array([]),
    ])
}

extension TextRule {
    /// `builderd/v1`.
    static let apiVersion = TextRule("`\(ApplicationManifest.apiVersion)`", fix: "write `apiVersion: builderd/v1`") {
        $0 == ApplicationManifest.apiVersion
    }
}

extension ClosedSchema {
    /// Values of a tool's variables by name.
    static let variables = ClosedSchema.map(key: .identifier, value: .anything)

    /// Days of retention that CloudWatch Logs takes
    /// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
    static let retentionDays = ClosedSchema.wholeOf([
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ])
}
