package import ActivityWorker
import AWSClient
import FoundationEssentials
import Pipeline

/// Proves that the new stack complies: runs the release's profiles with an InSpec-compatible auditor and keeps the report.
///
/// The verdict comes from the auditor's JSON report alone. The report goes to S3 under the customer's key before the verdict is
/// given, so that a failure has its evidence.
package struct ValidationStage: StageHandler {
    private let environment: StageEnvironment
    private let pace: StagePace

    /// A stage in this environment.
    package init(environment: StageEnvironment, pace: StagePace = .real) {
        self.environment = environment
        self.pace = pace
    }

    package func run(_ context: TaskContext) async throws -> String {
        try context.requireAction(.run)
        let input = try StageInput(context)
        let section = try await input.section(ValidationSection.self, in: context, with: environment)
        guard !section.profiles.isEmpty else { throw noProfiles }
        let provision = try input.output(of: .provision, as: ProvisionOutput.self)
        let surroundings = try await ToolSurroundings.made(
            in: context,
            environment: environment,
            role: section.head.access
        ).adding(["CHEF_LICENSE": "accept-no-persist"])
        let today = try await context.step("today", inputs: [context.id]) { DayText.of(pace.now()) }
        let auditor = AuditorRun(
            context: context,
            settings: environment.settings,
            surroundings: surroundings,
            section: section,
            today: today
        )
        try await auditor.prepare(try inputs(section, input, provision))

        var verdicts: [ProfileVerdict] = []
        var reports: [JSONValue] = []
        var failing: [AuditorReport.Control] = []
        for profile in section.profiles {
            let outcome = try await auditor.audit(profile)
            verdicts.append(ProfileVerdict(name: profile, controls: outcome.report.controls))
            failing += outcome.report.controls.filter { $0.status == .failed }
            reports.append(redacted(outcome.bytes, context))
        }
        let kept = try await keep(reports, input, context)
        guard failing.isEmpty else { throw denied(failing, verdicts, report: kept.uri, context) }
        return try JSONText.of(
            ValidationOutput(
                profiles: verdicts,
                controls: verdicts.reduce(0) { $0 + $1.controls },
                passed: verdicts.reduce(0) { $0 + $1.passed },
                failed: 0,
                skipped: verdicts.reduce(0) { $0 + $1.skipped },
                waived: verdicts.reduce(0) { $0 + $1.waived },
                report: kept.uri,
                reportVersionId: kept.versionId
            )
        )
    }

    /// The manifest's inputs, and what the stages before found; theirs win, as they are what is tested.
    private func inputs(
        _ section: ValidationSection,
        _ input: StageInput,
        _ provision: ProvisionOutput
    ) throws -> [String: JSONValue] {
        var inputs = section.inputs.merging(provision.outputs) { $1 }
        inputs["endpoint"] = provision.endpoint.map { .string($0) }
        inputs["image_id"] = .string(try input.output(of: .bakery, as: BakeryOutput.self).imageId)
        inputs["application_id"] = .string(section.head.applicationId)
        inputs["environment"] = .string(section.head.environment)
        inputs["release_version"] = .string(section.head.version)
        return inputs
    }

    /// A report without secrets: an input that is not marked sensitive stands in it, and so does what a failed test printed.
    private func redacted(_ bytes: [UInt8], _ context: TaskContext) -> JSONValue {
        let text = context.redactor.redact(String(decoding: bytes, as: UTF8.self))
        return (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) ?? .string(text)
    }

    /// Where a report was put.
    private struct Kept: Sendable, Codable {
        var uri: String
        var versionId: String?
    }

    private func keep(_ reports: [JSONValue], _ input: StageInput, _ context: TaskContext) async throws -> Kept {
        let bucket = environment.settings.artifactsBucket
        let prepared = input.prepared
        let key =
            "reports/\(prepared.applicationId)/\(prepared.environment)/\(input.envelope.executionName)/\(context.id)/validation.json"
        let kmsKey = try await CustomerKey.arn(environment.settings.kmsKey, in: context, with: environment.aws)
        let body = Array(try JSONText.of(JSONValue.object(["reports": .array(reports)])).utf8)
        return try await context.step("keep-report", inputs: [key]) {
            try await AWSCall.run("writing the report s3://\(bucket)/\(key)", step: "keep-report") {
                let head = try await S3Client(environment.aws).putObject(
                    bucket: bucket,
                    key: key,
                    body: body,
                    contentType: "application/json",
                    kmsKeyID: kmsKey
                )
                return Kept(uri: "s3://\(bucket)/\(key)", versionId: head.versionID)
            }
        }
    }

    private func denied(
        _ failing: [AuditorReport.Control],
        _ verdicts: [ProfileVerdict],
        report: String,
        _ context: TaskContext
    ) -> TaskFailure {
        let worstFirst = failing.sorted { ($1.impact, $0.id) < ($0.impact, $1.id) }
        let lines = worstFirst.map { control in
            let title = control.title.map { " " + $0 } ?? ""
            let messages = control.messages.prefix(3).map { "\n    " + $0 }.joined()
            return "\(control.id) (impact \(control.impact))\(title)\(messages)"
        }
        let total = verdicts.reduce(0) { $0 + $1.controls }
        var failure = TaskFailure(
            .validationControlsFailed,
            message: "\(failing.count) of \(total) controls failed: "
                + worstFirst.prefix(10).map(\.id).joined(separator: ", ") + (failing.count > 10 ? ", …" : "") + ".",
            next:
                "Correct the stack or the image so that the controls pass, or have the platform team accept a waiver with an expiry.",
            step: "verdict",
            detail: context.redactor.redact(lines.joined(separator: "\n"))
        )
        failure.log = report
        return failure
    }

    private var noProfiles: TaskFailure {
        TaskFailure(
            .validationProfileInvalid,
            message: "The release has no profile, so nothing would prove that it complies.",
            next: "Name one in spec.validation.profiles, or in the environment's defaults.validation.profiles."
        )
    }
}

extension ProfileVerdict {
    init(name: String, controls: [AuditorReport.Control]) {
        func count(_ status: AuditorReport.Status) -> Int { controls.count { $0.status == status } }
        self.init(
            name: name,
            controls: controls.count,
            passed: count(.passed),
            failed: count(.failed),
            skipped: count(.skipped),
            waived: count(.waived)
        )
    }
}
