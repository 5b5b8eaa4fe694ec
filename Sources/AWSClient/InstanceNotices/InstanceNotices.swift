/// What instance metadata says about this instance and its end.
///
/// Each call asks once and once more: callers look every few seconds anyway.
package struct InstanceNotices: Sendable {
    private static let attempts = 2
    private let metadata: InstanceMetadata

    /// A reader that asks `metadata`.
    package init(metadata: InstanceMetadata) { self.metadata = metadata }

    /// Whether `AWS_EC2_METADATA_DISABLED` switches metadata off; then nothing should be asked.
    package var isDisabled: Bool { metadata.isDisabled }

    /// The interruption of this spot instance, at `spot/instance-action`; `nil` while none is announced, and on other instances.
    ///
    /// - Throws: `AWSError` when metadata cannot be had, or with code `.malformedAnswer` when it is not as documented.
    package func spotInterruption() async throws(AWSError) -> SpotInterruption? {
        let operation = "metadata.SpotInstanceAction"
        guard let bytes = try await value(at: "latest/meta-data/spot/instance-action", operation) else { return nil }
        let members: [JSONScanner.Value?]
        do throws(AnswerProblem) {
            members = try JSONScanner.object(bytes, members: ["action", "time"])
        } catch {
            throw malformed(operation, error.message)
        }
        guard case .string(let action) = members[0], case .string(let time) = members[1], !action.isEmpty,
            let date = ISO8601.date(time)
        else { throw malformed(operation, "the answer has no action with a time") }
        return SpotInterruption(action: SpotInterruption.Action(rawValue: action), time: date)
    }

    /// The state that Auto Scaling brings this instance to, at `autoscaling/target-lifecycle-state`; `nil` outside a group.
    ///
    /// - Throws: `AWSError` when metadata cannot be had, or with code `.malformedAnswer` when it is not one word.
    package func targetLifecycleState() async throws(AWSError) -> TargetLifecycleState? {
        let operation = "metadata.TargetLifecycleState"
        guard let bytes = try await value(at: "latest/meta-data/autoscaling/target-lifecycle-state", operation) else {
            return nil
        }
        guard let word = InstanceMetadata.line(bytes.last == 0x0A ? bytes.dropLast() : bytes) else {
            throw malformed(operation, "the answer is not one word")
        }
        return TargetLifecycleState(rawValue: word)
    }

    /// This instance's id, at `instance-id`.
    ///
    /// - Throws: `AWSError` when metadata cannot be had, or with code `.malformedAnswer` when it is not one word.
    package func instanceID() async throws(AWSError) -> String {
        let operation = "metadata.InstanceId"
        guard let bytes = try await value(at: "latest/meta-data/instance-id", operation),
            let word = InstanceMetadata.line(bytes.last == 0x0A ? bytes.dropLast() : bytes)
        else { throw malformed(operation, "the answer is no instance id") }
        return word
    }

    private func value(at path: String, _ operation: String) async throws(AWSError) -> [UInt8]? {
        do throws(CredentialProblem) {
            return try await metadata.value(at: path, attempts: Self.attempts)
        } catch {
            throw AWSError(
                code: error.kind == .cancelled ? .cancelled : .transport,
                kind: error.kind,
                message: error.message,
                operation: operation,
                attempts: Self.attempts,
                underlying: error.underlying
            )
        }
    }

    private func malformed(_ operation: String, _ message: String) -> AWSError {
        AWSError(
            code: .malformedAnswer,
            kind: .transient,
            message: message,
            operation: operation
        )
    }
}
