import AWSClient
import ActivityWorker
import FoundationEssentials
import Logging
import Pipeline

/// The state that Terraform left as `errored.tfstate` in its working folder, because it could not save it where it belongs. What it made
/// is known from nowhere else.
struct ErroredState: Sendable {
    let terraform: TerraformRun
    let environment: StageEnvironment
    let locks: DeadLocks
    /// Where the state belongs.
    let place: S3ObjectLocation

    private var context: TaskContext { terraform.context }
    private var file: String { Self.file(in: terraform.folder) }

    /// Largest state that is kept.
    private static let mostBytes = 256 * 1024 * 1024

    /// Where Terraform leaves it.
    static func file(in folder: String) -> String { folder + "/errored.tfstate" }

    /// What became of it.
    enum Outcome: Sendable, Hashable, Codable {
        /// It is where it belongs.
        case pushed
        /// It is kept somewhere else, until a person pushes it.
        case kept(at: String)
        /// It is still in the workspace, which goes away with the task.
        case lost(String)
    }

    /// Saves it: by `terraform state push`, else as an object beside the state, else as a file of this host. `nil` when there is none.
    ///
    /// The file comes first and goes when it is not needed: what is to save it may be out of reach or cut off at any moment, and the
    /// workspace goes away with the task.
    func saved() async throws -> Outcome? {
        guard try await context.step("errored-state", inputs: [file], { OutputFile.exists(file) }) else { return nil }
        let here = try await context.step("keep-errored-state-here", inputs: [place.uri]) {
            await Self.keptHere(terraform.folder, environment.settings, context) ?? .lost("it is gone")
        }
        // A Terraform that could not save its state could not give back its lock either.
        _ = try await context.step("release-own-lock", inputs: [place.uri]) {
            (try? await locks.release(place.bucket, key: place.key, context.logger)) ?? .kept
        }
        if try await push() {
            _ = try await context.step("errored-state-pushed", inputs: [file]) {
                try PrivateFile.remove(file)
                removeCopy()
                return true
            }
            return .pushed
        }
        if let object = try await context.step("keep-errored-state", inputs: [place.uri], { try await keptAsObject() })
        {
            return .kept(at: object)
        }
        return here
    }

    /// Keeps a copy on this host, which survives a loss of power; `nil` when there is nothing to keep.
    static func keptHere(_ folder: String, _ settings: StageSettings, _ context: TaskContext) async -> Outcome? {
        let (file, copy) = (file(in: folder), copy(of: context.id, settings))
        guard OutputFile.exists(file) else { return nil }
        do {
            return try await FileQueue.run {
                try PrivateFile.writeDurably(Data(try OutputFile.whole(file, limit: mostBytes)), to: copy)
                return .kept(at: copy)
            }
        } catch {
            return .lost("\(error)")
        }
    }

    private static func copy(of task: String, _ settings: StageSettings) -> String {
        "\(settings.terraformDirectory)/errored/\(task).tfstate"
    }

    private func removeCopy() {
        let copy = Self.copy(of: context.id, environment.settings)
        do {
            try PrivateFile.remove(copy)
        } catch {
            context.logger.warning("\(copy) is not needed any more and cannot be removed: \(error)")
        }
    }

    /// Whatever Terraform's failure is called: one that was stopped has not saved it either.
    private func push() async throws -> Bool {
        do {
            let arguments = ["state", "push", "-lock-timeout=30s", "errored.tfstate"]
            return try await terraform.run("terraform-state-push", arguments).exit.status == 0
        } catch let error where error is TaskFailure || error is OutputFileError {
            let reason = (error as? TaskFailure)?.message ?? "\(error)"
            context.logger.warning("The state cannot be pushed: \(context.redactor.redact(reason))")
            return false
        }
    }

    /// Address of the copy beside the state; `nil` when it cannot be written.
    private func keptAsObject() async throws -> String? {
        let path = place.key.split(separator: "/").dropLast().joined(separator: "/")
        let object = S3ObjectLocation(bucket: place.bucket, key: "\(path)/errored/\(context.id).tfstate")
        do {
            try await S3Client(environment.aws).putObject(
                bucket: object.bucket,
                key: object.key,
                body: try OutputFile.whole(file, limit: Self.mostBytes),
                contentType: "application/json",
                kmsKeyID: environment.settings.kmsKey
            )
            removeCopy()
            return object.uri
        } catch {
            context.logger.error("The state that Terraform could not save cannot be written to \(object.uri): \(error)")
            return nil
        }
    }
}

extension ErroredState.Outcome {
    /// `failure` with what became of the state and what to do about it.
    func told(in failure: TaskFailure, state: String) -> TaskFailure {
        var failure = failure
        switch self {
        case .pushed:
            failure.message += " Terraform could not save the state at first; it is saved now."
        case .kept(let place):
            failure.message += " Terraform could not save the state of what it made; it is kept at \(place)."
            failure.next =
                "Before anything else is applied there: terraform state push that file to \(state), from a copy of the module "
                + "(if it is gone, builderd saved it after all, as its log says). "
                + failure.next
        case .lost(let reason):
            failure.message +=
                " Terraform could not save the state of what it made, and neither could builderd: \(reason)."
            failure.next = "Compare what exists with the state, and import what is missing. " + failure.next
        }
        return failure
    }
}
