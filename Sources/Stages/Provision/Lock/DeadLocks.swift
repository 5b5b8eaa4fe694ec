import AWSClient
import ActivityWorker
import Logging
import Pipeline

/// Takes away locks of dead tasks of this host, so that nobody has to. See `LockProof`.
struct DeadLocks: Sendable {
    let environment: StageEnvironment
    let host: HostIdentity

    private var directory: String { environment.settings.terraformDirectory }
    private var records: LockRecords { LockRecords(directory: directory) }
    private var proof: LockProof { LockProof(directory: directory, host: host) }
    private var s3: S3Client { S3Client(environment.aws) }

    /// Largest object that is read as a lock.
    private static let mostLockBytes = 64 * 1024

    /// Notes that the task is about to start Terraform on `state`: what its lock is proved dead by later.
    func note(_ state: StateBackend, _ context: TaskContext, at milliseconds: Int64) async throws {
        do {
            try await records.write(
                LockRecord(
                    state: state.uri,
                    task: context.id,
                    execution: context.header.execution,
                    who: host.who,
                    boot: host.boot,
                    workspace: context.workspace,
                    startedMilliseconds: milliseconds
                )
            )
        } catch {
            throw TaskFailure(
                .builderInterrupted,
                message: "What a killed Terraform's lock would be known by cannot be written to \(directory): \(error)",
                next:
                    "Make room in the daemon's state folder, or correct its owner and mode. The state machine retries.",
                step: "note-lock"
            )
        }
    }

    /// No lock of the task is left; nor is one of an earlier task of this host that was cleaned up after or cut off by a loss of power, as
    /// this task had the lock after it.
    func forget(_ state: String, _ context: TaskContext) {
        let known = (try? records.of(state: state)) ?? []
        let old = known.filter { $0.overMilliseconds != nil || $0.boot != host.boot }.map(\.task)
        for task in Set(old + [context.id]) {
            do {
                try records.remove(state: state, task: task)
            } catch {
                context.logger.warning("The record of the task \(task)'s lock cannot be removed: \(error)")
            }
        }
    }

    /// What became of a state's lock.
    enum Outcome: String, Sendable, Codable {
        /// There is none, or none any more.
        case free
        /// It stays, and no task of this host took it.
        case foreign
        /// It stays, and a task of this host may have taken it.
        case kept
    }

    /// Takes the lock of the state away if its holder is proved dead.
    func release(_ bucket: String, key: String, _ logger: Logger) async throws(AWSError) -> Outcome {
        let state = "s3://\(bucket)/\(key)"
        let place = key + ".tflock"
        guard let (lock, tag) = try await lock(bucket, place) else { return .free }
        guard let lock else {
            logger.warning("The lock s3://\(bucket)/\(place) stays: it cannot be understood.")
            return .foreign
        }
        switch proof.verdict(on: lock, of: state) {
        case .foreign(let reason):
            logger.notice("The lock \(lock.id) of \(state) stays: \(reason).")
            return .foreign
        case .unproved(let reason):
            logger.warning("The lock \(lock.id) of \(state) stays: \(reason).")
            return .kept
        case .dead(let task):
            try await delete(lock, bucket, place, tag)
            logger.notice(
                "The lock \(lock.id) of \(state) is released: the task \(task) of this host took it and is dead."
            )
            return .free
        }
    }

    private func lock(_ bucket: String, _ key: String) async throws(AWSError) -> (StateLock?, entityTag: String?)? {
        do throws(AWSError) {
            let object = try await s3.getObject(bucket: bucket, key: key, maximumBytes: Self.mostLockBytes)
            return (StateLock(json: object.body), object.head.entityTag)
        } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
    }

    /// Deletes the very object that was judged. Terraform makes a lock only where there is none, so it can have become another only if a
    /// person removed it meanwhile and someone else locked; a service that does not compare entity tags leaves that to the moment
    /// between the second look and the deletion, as `terraform force-unlock` does.
    private func delete(_ lock: StateLock, _ bucket: String, _ key: String, _ tag: String?) async throws(AWSError) {
        do throws(AWSError) {
            try await s3.deleteObject(bucket: bucket, key: key, ifMatch: tag)
        } catch {
            guard error.code == "NotImplemented" else { throw error }
            guard try await self.lock(bucket, key)?.0?.id == lock.id else { return }
            try await s3.deleteObject(bucket: bucket, key: key)
        }
    }
}
