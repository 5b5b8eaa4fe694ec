extension EnvironmentConfiguration {
    /// What the file may hold.
    package static let schema = ClosedSchema.object([
        .required("apiVersion", .text(.apiVersion)),
        .required("environment", .text(.environment)),
        .required(
            "accounts",
            .map(
                key: .accountId,
                value: .object([
                    .optional("roleArn", .text(.roleArn)),
                    .optional("externalId", .text(.externalId)),
                ])
            )
        ),
        .optional("defaults", defaultsSchema, default: emptyDefaults),
        .optional("locked", .list(.textOr(lockedPath, lockSchema), unique: false), default: .array([])),
    ])

    private static let defaultsSchema = ClosedSchema.object([
        .optional("image", variablesSchema, default: emptyVariables),
        .optional("infrastructure", variablesSchema, default: emptyVariables),
        .optional(
            "validation",
            .object([
                .optional("profiles", .list(.text(.catalogueName), unique: true), default: .array([])),
                .optional("inputs", .variables, default: .object([:])),
            ]),
            default: emptyValidation
        ),
        .optional(
            "logging",
            .object([.optional("retentionDays", .retentionDays, default: defaultRetention)]),
            default: .object(["retentionDays": defaultRetention])
        ),
    ])

    private static let variablesSchema = ClosedSchema.object([
        .optional("variables", .variables, default: .object([:]))
    ])

    private static let lockSchema = ClosedSchema.object([
        .required("path", .text(lockedPath)),
        .optional("reason", .text(.line(1...512))),
    ])

    /// A path that a manifest could set and need not.
    private static let lockedPath = TextRule(
        "a path of the manifest that it need not set, for example `spec.logging.retentionDays`",
        fix: "name an optional path of the manifest; what every manifest must say cannot be locked"
    ) { path in
        LockedPath(path: path).isLockable(in: ApplicationManifest.schema)
    }

    private static let defaultRetention = JSONValue.integer(365)
    private static let emptyVariables = JSONValue.object(["variables": .object([:])])
    private static let emptyValidation = JSONValue.object(["profiles": .array([]), "inputs": .object([:])])
    private static let emptyDefaults = JSONValue.object([
        "image": emptyVariables, "infrastructure": emptyVariables, "validation": emptyValidation,
        "logging": .object(["retentionDays": defaultRetention]),
    ])
}

extension LockedPath {
    /// Whether the path leads through `schema` to something that may be left out.
    func isLockable(in schema: ClosedSchema) -> Bool {
        var schema = schema
        var isOptional = false
        for (index, name) in components.enumerated() {
            guard !name.isEmpty, index > 0 || name == "spec" else { return false }
            switch schema {
            case .object(let fields):
                guard let field = fields.first(where: { $0.name == name }) else { return false }
                isOptional = isOptional || !field.isRequired
                schema = field.schema
            case .map(let key, let value):
                guard key.matches(name) else { return false }
                isOptional = true
                schema = value
            case .anything:
                isOptional = true
            case .text, .whole, .wholeOf, .flag, .list, .textOr:
                return false
            }
        }
        return isOptional
    }
}
