import AWSClient
package import ActivityWorker
import Logging
import Pipeline

extension ProvisionStage {
    /// Gives back the lock of a Terraform of this attempt that was killed, and saves the state that one could not save.
    ///
    /// Where no record of a lock is, Terraform was not started, or ended well.
    package func cleanUp(_ context: TaskContext) async {
        let records = LockRecords(directory: environment.settings.terraformDirectory)
        do {
            for record in try records.of(task: context.id) { try await cleanUp(record, records, context) }
        } catch {
            let reason = (error as? TaskFailure)?.message ?? "\(error)"
            context.logger.warning(
                "Not everything that Terraform left is cleaned up: \(context.redactor.redact(reason))"
            )
        }
    }

    private func cleanUp(_ record: LockRecord, _ records: LockRecords, _ context: TaskContext) async throws {
        guard LockProof(directory: environment.settings.terraformDirectory, host: host).isDead(record) else {
            context.logger.error("A tool of the task may still be at work, so the lock of \(record.state) stays.")
            let kept = await ErroredState.keptHere(Self.folder(in: context.workspace), environment.settings, context)
            if let kept { tell(kept, record.state, context) }
            return
        }
        // The workspace, which shows it, goes away with the task.
        var over = record
        over.overMilliseconds = over.overMilliseconds ?? milliseconds
        do {
            try await records.write(over)
        } catch {
            context.logger.warning("That the task's tools are over cannot be written down: \(error)")
        }
        guard let place = S3ObjectLocation(record.state) else { return }
        try await save(place, context)
        switch try await locks.release(place.bucket, key: place.key, context.logger) {
        case .free, .foreign: locks.forget(record.state, context)
        case .kept: break
        }
    }

    private func save(_ place: S3ObjectLocation, _ context: TaskContext) async throws {
        let folder = Self.folder(in: context.workspace)
        // Before anything that can fail.
        guard let kept = await ErroredState.keptHere(folder, environment.settings, context) else { return }
        do {
            if let outcome = try await saved(place, folder, context) { tell(outcome, place.uri, context) }
        } catch {
            tell(kept, place.uri, context)
            throw error
        }
    }

    private func saved(
        _ place: S3ObjectLocation,
        _ folder: String,
        _ context: TaskContext
    ) async throws -> ErroredState.Outcome? {
        // State is the builder's, whatever role the module's providers act as.
        let terraform = try await TerraformRun.made(in: context, environment: environment, role: nil, folder: folder)
        return try await ErroredState(terraform: terraform, environment: environment, locks: locks, place: place)
            .saved()
    }

    private func tell(_ outcome: ErroredState.Outcome, _ state: String, _ context: TaskContext) {
        switch outcome {
        case .pushed: context.logger.notice("The state that Terraform could not save is saved now.")
        case .kept(let copy):
            context.logger.error(
                "Terraform could not save the state of what it made. It is kept at \(copy): push it to \(state) before anything else is applied."
            )
        case .lost(let reason):
            context.logger.critical("Terraform's state of what it made could not be kept: \(reason)")
        }
    }
}
