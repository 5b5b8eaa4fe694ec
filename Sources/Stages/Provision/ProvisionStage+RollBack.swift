import AWSClient
import Logging
import ActivityWorker
import Pipeline

extension ProvisionStage {
    /// What the inventory says of an application in one environment, as far as a roll back asks.
    private struct Found: Sendable, Codable {
        /// Key of this execution's own item, if it has one.
        var own: InventoryKey?
        /// The last release that was completed before.
        var last: InventoryRecord?
    }

    /// What a roll back brings about: the last completed release of the application in this environment, or, where there never was
    /// one, no stack.
    ///
    /// State is kept for each application and environment, so a destroy would take down what an earlier release left running. It is
    /// done only when the inventory says that there is no such release, never because one could not be read.
    func rollBackTarget(_ input: StageInput, _ context: TaskContext) async throws -> ProvisionTarget {
        let inventory = Inventory(environment: environment)
        let (application, place) = (input.release.applicationId, input.release.environment)
        let execution = input.envelope.execution
        let found = try await context.step("last-release", inputs: [application, place, execution]) {
            var releases = CompletedReleases(besides: execution)
            try await AWSCall.run("looking for the last completed release in \(inventory.table)", step: "last-release")
            {
                try await inventory.read(application: application, environment: place) { releases.take($0) }
            }
            return Found(own: releases.own, last: try releases.last.map { try Self.record($0, inventory.table) })
        }
        if let own = found.own {
            let entered = input.envelope.entered
            _ = try await context.step("mark-rolled-back", inputs: [own.pk, own.sk]) {
                try await AWSCall.run("noting the roll back in \(own.pk) \(own.sk)", step: "mark-rolled-back") {
                    try await inventory.markRolledBack(own, at: entered)
                }
                return true
            }
        }
        guard let last = found.last else {
            context.logger.notice(
                "No release of \(application) was completed in \(place) before: its stack is destroyed."
            )
            let hasImage = input.envelope.stages[.bakery] != nil
            return ProvisionTarget(
                action: .destroy,
                section: try await input.section(ProvisionSection.self, in: context, with: environment),
                imageID: hasImage ? try input.output(of: .bakery, as: BakeryOutput.self).imageId : ""
            )
        }
        let restored = RestoredRelease(execution: last.execution, version: last.version)
        context.logger.notice("The release \(last.version) of \(last.execution) is applied again.")
        return ProvisionTarget(
            action: .restore,
            section: try await section(of: last, restored, input, context),
            imageID: last.imageId,
            restored: restored
        )
    }

    private static func record(_ item: DynamoDBClient.Item, _ table: String) throws -> InventoryRecord {
        do throws(InventoryRecord.Unreadable) {
            return try InventoryRecord(item)
        } catch {
            let version = item["version"]?.stringValue ?? "of an unknown version"
            let key = InventoryKey(item).map { "\($0.pk) \($0.sk)" } ?? "without a key"
            throw TaskFailure(
                .provisionRestoreFailed,
                message:
                    "The last completed release, \(version), cannot be applied again: its record \(key) in \(table) "
                    + "\(error.reason). Nothing was changed: the failed release's stack stands as it is.",
                next: next(version),
                step: "last-release"
            )
        }
    }

    /// The section that the release was provisioned with, at the version that it used then.
    private func section(
        of last: InventoryRecord,
        _ restored: RestoredRelease,
        _ input: StageInput,
        _ context: TaskContext
    ) async throws -> ProvisionSection {
        let step = "earlier-section"
        guard let reference = last.parameters[Stage.provision.rawValue] else {
            throw Self.restoreFailed(restored, "its record names no parameter for Provision.", step: step)
        }
        do {
            let section = try await context.ephemeral(step) {
                try await SectionReader(environment: environment).section(
                    ProvisionSection.self,
                    of: .provision,
                    at: reference
                )
            }
            let (head, release) = (section.head, input.release)
            guard head.applicationId == release.applicationId, head.environment == release.environment else {
                throw Self.restoreFailed(
                    restored,
                    "\(reference.name):\(reference.version) is of \(head.applicationId) in \(head.environment).",
                    step: step
                )
            }
            return section
        } catch let failure as TaskFailure
            where failure.error == FailureName.awsNotFound.rawValue
            || failure.error == FailureName.builderInputInvalid.rawValue
        {
            throw Self.restoreFailed(restored, failure.message, step: step)
        }
    }

    /// What a failure of applying `restored` again is reported as: which release it was about, and that nothing is to be destroyed.
    static func restoring(_ restored: RestoredRelease, _ failure: TaskFailure) -> TaskFailure {
        // All of these come before anything is applied.
        let isMissing = [FailureName.provisionModuleInvalid, .provisionVariableUndeclared, .awsNotFound].map(\.rawValue)
            .contains(failure.error)
        if isMissing {
            return restoreFailed(restored, failure.message, step: failure.step, detail: failure.detail)
        }
        guard failure.error.hasPrefix("Provision."), failure.error != FailureName.provisionRestoreFailed.rawValue else {
            return failure
        }
        var failure = failure
        failure.message =
            "While going back to the release \(restored.version) (\(restored.execution)): \(failure.message)"
        failure.next = next(restored.version)
        return failure
    }

    private static func restoreFailed(
        _ restored: RestoredRelease,
        _ reason: String,
        step: String?,
        detail: String? = nil
    ) -> TaskFailure {
        TaskFailure(
            .provisionRestoreFailed,
            message:
                "The last completed release, \(restored.version) (\(restored.execution)), cannot be applied again: "
                + "\(reason) Nothing was changed: the failed release's stack stands as it is.",
            next: next(restored.version),
            step: step,
            detail: detail
        )
    }

    private static func next(_ version: String) -> String {
        "Correct what the message names, then release \(version), or a version that works, with another `build`. "
            + "Do not destroy the stack: it is what the application runs on."
    }
}
