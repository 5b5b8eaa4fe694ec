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
    func saved() async throws -> Outcome? {
        guard try await context.step("errored-state", inputs: [file], { OutputFile.exists(file) }) else { return nil }
        // A Terraform that could not save its state could not give back its lock either.
        _ = try await context.step("release-own-lock", inputs: [place.uri]) {
            (try? await locks.release(place.bucket, key: place.key, context.logger)) ?? .kept
        }
        if try await push() {
            _ = try await context.step("errored-state-pushed", inputs: [file]) {
                try PrivateFile.remove(file)
                return true
            }
            return .pushed
        }
        if let object = try await context.step("keep-errored-state", inputs: [place.uri], { try await keptAsObject() })
        {
            return .kept(at: object)
        }
        return try await context.step("keep-errored-state-here", inputs: [place.uri]) { keptHere() }
    }

    private func push() async throws -> Bool {
        do {
            let arguments = ["state", "push", "-lock-timeout=30s", "errored.tfstate"]
            return try await terraform.run("terraform-state-push", arguments).exit.status == 0
        } catch let failure as TaskFailure where failure.error != FailureName.builderInterrupted.rawValue {
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
            return object.uri
        } catch {
            context.logger.error("The state that Terraform could not save cannot be written to \(object.uri): \(error)")
            return nil
        }
    }

    private func keptHere() -> Outcome {
        let copy = "\(environment.settings.terraformDirectory)/errored/\(context.id).tfstate"
        do {
            try PrivateFile.writeDurably(Data(try OutputFile.whole(file, limit: Self.mostBytes)), to: copy)
            return .kept(at: copy)
        } catch {
            return .lost("\(error)")
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
                "Before anything else is applied there: terraform state push that file to \(state), from a copy of the module. "
                + failure.next
        case .lost(let reason):
            failure.message +=
                " Terraform could not save the state of what it made, and neither could builderd: \(reason)."
            failure.next = "Compare what exists with the state, and import what is missing. " + failure.next
        }
        return failure
    }
}
