import ActivityWorker
import Pipeline

/// Tells Terraform's failures apart. Its exit status is 1 for everything, so the summary of a diagnostic decides.
enum TerraformFailure {
    /// Summary of a lock that another run holds.
    static let lockedSummary = "Error acquiring the state lock"
    /// Summary of a saved plan that the state has moved on from.
    static let staleSummary = "Saved plan is stale"
    /// Summary of a run that was asked to stop.
    static let haltedSummary = "execution halted"

    /// The failure for what `messages` say.
    ///
    /// - Parameters:
    ///   - otherwise: the name when no known summary is among them.
    ///   - command: for example `terraform apply`.
    static func of(
        _ messages: TerraformMessages,
        otherwise: FailureName,
        command: String,
        step: String,
        redact: (String) -> String
    ) -> TaskFailure {
        let detail = redact(detail(messages))
        if let locked = messages.errors.first(where: { $0.summary == lockedSummary }) {
            return TaskFailure(
                .provisionStateLocked,
                message: redact("The state is locked" + holder(in: locked.detail) + "."),
                next:
                    "Wait until that run is over. Only if it is certainly dead: terraform force-unlock, with the id in the detail; "
                    + "then release again with another `build`.",
                step: step,
                detail: detail
            )
        }
        if messages.errors.contains(where: { $0.summary == staleSummary }) {
            return TaskFailure(
                .provisionPlanStale,
                message: "The state changed between plan and apply: someone else applied.",
                next: "Redrive the execution: it plans again from the state as it is now.",
                step: step,
                detail: detail
            )
        }
        let isHalted = messages.errors.contains { $0.summary.lowercased().contains(haltedSummary) }
        if isHalted || messages.wasInterrupted {
            return TaskFailure(
                .builderInterrupted,
                message: "\(command) was asked to stop and stopped in good order.",
                next: "Nothing: the state machine retries.",
                step: step,
                detail: detail
            )
        }
        let first = messages.errors.first?.summary ?? messages.lastMessages.last ?? "it printed nothing"
        return TaskFailure(
            otherwise,
            message: redact("\(command) failed: \(first)").trimmed,
            next: next(otherwise),
            step: step,
            detail: detail.isEmpty ? nil : detail
        )
    }

    /// Every error with its place; without one, the last messages.
    private static func detail(_ messages: TerraformMessages) -> String {
        let errors = messages.errors.map(\.text)
        let failed =
            messages.failed.isEmpty ? [] : ["Resources that failed: " + messages.failed.joined(separator: ", ")]
        return (errors.isEmpty ? messages.lastMessages : errors + failed).joined(separator: "\n")
    }

    /// `: by root@host since …, for OperationTypeApply (lock id …)`, as far as the lock's text says.
    static func holder(in detail: String) -> String {
        var values: [String: String] = [:]
        for line in detail.split(whereSeparator: \.isNewline) {
            let halves = line.split(separator: ":", maxSplits: 1)
            if halves.count == 2 { values[String(halves[0]).trimmed] = String(halves[1]).trimmed }
        }
        guard let who = values["Who"], !who.isEmpty else { return "" }
        var text = " by \(who)"
        if let created = values["Created"], !created.isEmpty { text += " since \(created)" }
        if let operation = values["Operation"], !operation.isEmpty { text += ", for \(operation)" }
        if let id = values["ID"], !id.isEmpty { text += " (lock id \(id))" }
        return text
    }

    private static func next(_ name: FailureName) -> String {
        switch name {
        case .provisionModuleInvalid:
            "Correct the module in the catalogue, or the manifest's variables, then release again with another `build`."
        case .provisionInitFailed:
            "Correct what the error names: the state bucket, the role's permissions on it, or the module's providers; then release again with another `build`."
        case .provisionPlanFailed:
            "Correct the module, its variables or the role's permissions, then release again with another `build`."
        default:
            "What was made so far is in the state, from where the roll back goes on. Correct what the errors name, then release again with another `build`."
        }
    }
}
