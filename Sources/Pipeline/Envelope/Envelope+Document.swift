extension Envelope {
    private static let document = "envelope"

    /// Largest envelope: what Step Functions takes as a state's input.
    private static let limits = DocumentLimits(bytes: 262_144)

    private static let seconds = ClosedSchema.whole(1...99_999_999)

    private static let schema = ClosedSchema.object([
        .required("schema", .anything),
        .required("action", .text(.oneOf(EnvelopeAction.allCases.map(\.rawValue)))),
        .required("stage", .text(.oneOf(Stage.allCases.map(\.rawValue)))),
        .required("execution", .text(.line(1...2048))),
        .required("entered", .text(.timestamp)),
        .required("attempt", .whole(0...99_999_999)),
        .required("heartbeatSeconds", seconds),
        .required("timeoutSeconds", seconds),
        .optional("release", .anything),
        .optional("stages", .object(Stage.allCases.map { .optional($0.rawValue, .anything) }), default: .object([:])),
    ])

    /// The envelope in a task's input.
    ///
    /// - Throws: `DocumentProblems` with every problem at once; of another schema, only that it is one.
    package init(json: String) throws(DocumentProblems) {
        let node = try DocumentReader(document: Self.document, form: .json, limits: Self.limits).read(Array(json.utf8))
        if let problem = Self.otherSchema(node) { throw DocumentProblems(document: Self.document, problem) }
        var collector = ProblemCollector()
        let value = Self.schema.check(node, path: "", into: &collector)
        let release = Self.release(node, value, into: &collector)
        Self.checkAgreement(value, node, into: &collector)
        try collector.throwIfAny(document: Self.document)
        guard let action = value["action"]?.text.flatMap(EnvelopeAction.init),
            let stage = value["stage"]?.text.flatMap(Stage.init),
            let entered = value["entered"]?.text, let milliseconds = Timestamp.milliseconds(entered),
            let execution = value["execution"]?.text, let attempt = value["attempt"]?.whole,
            let heartbeat = value["heartbeatSeconds"]?.whole, let timeout = value["timeoutSeconds"]?.whole
        else {
            throw DocumentProblems(document: Self.document, Self.defect)
        }
        var stages: [Stage: JSONValue] = [:]
        for stage in Stage.allCases { stages[stage] = value["stages"]?[stage.rawValue] }
        self.init(
            action: action,
            stage: stage,
            execution: execution,
            entered: entered,
            enteredMilliseconds: milliseconds,
            attempt: attempt,
            heartbeatSeconds: heartbeat,
            timeoutSeconds: timeout,
            release: release,
            stages: stages
        )
    }

    /// An envelope of another schema is another document: saying what else is strange in it would only mislead.
    private static func otherSchema(_ node: DocumentNode) -> DocumentProblem? {
        guard let schema = node["schema"] else { return nil }
        if case .integer(Int64(schemaVersion)) = schema.content { return nil }
        return DocumentProblem(
            path: "schema",
            line: schema.line,
            found: Excerpt.describe(schema),
            allowed: "\(schemaVersion)",
            fix:
                "deploy the state machine and builderd of one version: this builderd reads envelopes of schema \(schemaVersion)"
        )
    }

    private static func release(
        _ node: DocumentNode,
        _ value: JSONValue,
        into collector: inout ProblemCollector
    ) -> Release? {
        if let release = node["release"], value["release"] != nil {
            return Release.read(release, path: "release", into: &collector)
        }
        if let action = value["action"]?.text, action != EnvelopeAction.ping.rawValue {
            collector.add(
                DocumentProblem(
                    path: "release",
                    line: node.line,
                    found: "nothing: the key is missing",
                    allowed: "the release, for every action but `ping`",
                    fix: "pass `\"release.$\": \"$.release\"` in the state's Parameters"
                )
            )
        }
        return nil
    }

    private static func checkAgreement(_ value: JSONValue, _ node: DocumentNode, into collector: inout ProblemCollector)
    {
        if let heartbeat = value["heartbeatSeconds"]?.whole, let timeout = value["timeoutSeconds"]?.whole,
            heartbeat >= timeout
        {
            collector.add(
                DocumentProblem(
                    path: "heartbeatSeconds",
                    line: node["heartbeatSeconds"]?.line,
                    found: "\(heartbeat), with timeoutSeconds \(timeout)",
                    allowed: "less than timeoutSeconds",
                    fix: "give the state a HeartbeatSeconds below its TimeoutSeconds, and pass both in its Parameters"
                )
            )
        }
        if value["action"]?.text == EnvelopeAction.destroy.rawValue, let stage = value["stage"]?.text,
            stage != Stage.provision.rawValue
        {
            collector.add(
                DocumentProblem(
                    path: "action",
                    line: node["action"]?.line,
                    found: "`destroy` for the stage `\(stage)`",
                    allowed: "`destroy` for the stage `provision` only",
                    fix: "use `run`, or let Roll Back name the stage `provision`"
                )
            )
        }
    }

    private static let defect = DocumentProblem(
        path: DocumentProblem.wholeDocument,
        found: "an envelope that the schema allows and cannot be read",
        allowed: "an envelope",
        fix: "report this as a defect of builderd"
    )
}

extension TextRule {
    /// ISO 8601 as Step Functions writes it.
    static let timestamp = TextRule("an ISO 8601 time with zone, for example `2026-01-31T12:00:00.123Z`") {
        Timestamp.milliseconds($0) != nil
    }
}
