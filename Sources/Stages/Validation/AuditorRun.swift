import AWSClient
import ActivityWorker
import FoundationEssentials
import Pipeline

/// Runs the auditor for one profile in the task's workspace.
struct AuditorRun: Sendable {
    let context: TaskContext
    let settings: StageSettings
    let surroundings: ToolSurroundings
    let section: ValidationSection
    /// `YYYY-MM-DD`, UTC.
    let today: String

    /// Largest report that is read.
    static let mostReportBytes = 64 * 1024 * 1024
    /// Exit status for a profile that did not load; the auditor's documentation leaves it out.
    static let notLoaded: Int32 = 102
    /// Exit statuses of an audit that took place: all passed, some failed, some were skipped.
    static let audited: [Int32] = [0, 100, 101]

    /// A report and the bytes that it was read from.
    struct Outcome: Sendable {
        /// What was found.
        var report: AuditorReport
        /// The file as the auditor wrote it.
        var bytes: [UInt8]
    }

    /// Copies the profiles, and writes the inputs and waivers that each gets. Not done again under an auditor that outlived the daemon.
    func prepare(_ inputs: [String: JSONValue]) async throws {
        _ = try await context.step("prepare", inputs: section.profiles) {
            // JSON is YAML too, and the auditor reads inputs by the file's ending.
            try PrivateFile.write(json: JSONValue.object(inputs), to: inputFile)
            try PrivateFile.write(WaiverFile.text(section.waivers), to: waiverFile)
            let catalogue = CatalogueFolder(
                directory: settings.catalogueDirectory + "/inspec",
                noun: "profile",
                failure: .validationProfileInvalid
            )
            try PrivateFile.makeFolder(context.workspace + "/profiles")
            for profile in section.profiles { try catalogue.copy(profile, to: folder(profile)) }
            return true
        }
    }

    private func folder(_ profile: String) -> String { context.workspace + "/profiles/" + profile }

    private var inputFile: String { context.workspace + "/inputs.yaml" }
    private var waiverFile: String { context.workspace + "/waivers.yaml" }

    /// Audits with one profile and reads the report.
    ///
    /// - Throws: `TaskFailure` `Validation.ProfileInvalid` when the profile does not load or tests nothing,
    ///   `Validation.AuditorFailed` when there is no report.
    func audit(_ profile: String) async throws -> Outcome {
        let reportFile = context.workspace + "/report-\(profile).json"
        let step = "audit-" + profile
        var invocation = surroundings.invocation(
            settings.auditor,
            arguments(profile: folder(profile), report: reportFile),
            in: context.workspace,
            settings.auditorGrace
        )
        invocation.successStatuses = Self.audited
        let exit = try await ToolRun.run(step, invocation, in: context)
        let bytes = try OutputFile.whole(reportFile, limit: Self.mostReportBytes)
        if exit.status == Self.notLoaded { throw invalid(profile, "it does not load", exit) }
        guard !bytes.isEmpty, exit.status.map(Self.audited.contains) == true else { throw failed(profile, exit) }
        let report: AuditorReport
        do {
            report = try AuditorReport(json: bytes, waivers: section.waivers, today: today)
        } catch let error as AuditorReport.Unreadable {
            throw failed(profile, exit, because: error.message)
        }
        try check(report, profile, exit)
        return Outcome(report: report, bytes: bytes)
    }

    private func arguments(profile folder: String, report: String) -> [String] {
        var arguments = ["exec", folder, "--reporter", "cli", "json:\(report)", "--input-file", inputFile]
        if !section.waivers.isEmpty { arguments += ["--waiver-file", waiverFile] }
        return arguments + ["--no-create-lockfile", "--no-color"]
    }

    /// What exit status 0 does not tell: that a profile was not run, has no control, or skipped all of them.
    private func check(_ report: AuditorReport, _ profile: String, _ exit: ToolExit) throws {
        if let broken = report.profiles.first(where: { $0.status != "loaded" }) {
            let reason = broken.statusMessage.map { ": " + $0.trimmed } ?? ""
            throw invalid(profile, "the auditor reports it as \(broken.status)\(reason)", exit)
        }
        let controls = report.controls
        if controls.isEmpty { throw invalid(profile, "it has no control, so nothing was tested", exit) }
        if controls.allSatisfy({ $0.status == .skipped }) {
            throw invalid(
                profile,
                "every one of its \(controls.count) controls was skipped, so nothing was tested",
                exit
            )
        }
        // The report decides; an exit status that says the opposite means that one of the two is not to be trusted.
        let hasFailed = controls.contains { $0.status == .failed || $0.status == .waived }
        if exit.status == 100, !hasFailed {
            throw failed(profile, exit, because: "it exits 100, and its report has no failed control")
        }
    }

    private func invalid(_ profile: String, _ reason: String, _ exit: ToolExit) -> TaskFailure {
        TaskFailure(
            .validationProfileInvalid,
            message: context.redactor.redact("The profile \"\(profile)\" cannot be judged: \(reason)."),
            next:
                "Correct the profile in \(settings.catalogueDirectory)/inspec/\(profile), then release again with another `build`.",
            step: "audit-" + profile,
            detail: ToolRun.detail(exit, context)
        )
    }

    private func failed(_ profile: String, _ exit: ToolExit, because reason: String? = nil) -> TaskFailure {
        let status = exit.status.map { "exit status \($0)" } ?? "no exit status"
        return TaskFailure(
            .validationAuditorFailed,
            message:
                "The auditor gave no verdict on the profile \"\(profile)\": \(reason ?? "\(status), \(Self.meaning(exit.status))").",
            next:
                "Read the detail; run \(settings.auditor) exec on the builder host by hand; then release again with another `build`.",
            step: "audit-" + profile,
            detail: ToolRun.detail(exit, context)
        )
    }

    /// https://docs.chef.io/inspec/cli/#exit-codes
    static func meaning(_ status: Int32?) -> String {
        switch status {
        case 1?: "wrong usage or a general error"
        case 2?: "a plug-in failed"
        case 3?: "a deprecation that is fatal"
        case 5?, 6?: "the profile's signature"
        case 172?, 173?, 174?: "its licence was not accepted or is not valid"
        default: "without a report"
        }
    }
}
