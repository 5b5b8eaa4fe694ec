package import ActivityWorker
package import Pipeline

/// What a stage is asked: its envelope, and what Pre Provision returned.
package struct StageInput: Sendable {
    /// The envelope.
    package let envelope: Envelope
    /// The release; a stage is never asked without one.
    package let release: Release
    /// Pre Provision's output, with the names and versions of the sections.
    package let prepared: PreProvisionOutput

    /// Reads the task's input.
    ///
    /// - Throws: `TaskFailure` `Builder.InputInvalid` listing everything that is wrong with it.
    package init(_ context: TaskContext) throws {
        envelope = try context.envelope()
        release = try envelope.requireRelease()
        prepared = try Self.output(of: .preProvision, in: envelope)
    }

    /// What `stage` returned earlier in this execution.
    ///
    /// - Throws: `TaskFailure` `Builder.InputInvalid` when it has not run, or returned something else.
    package func output<Output: Decodable>(of stage: Stage, as type: Output.Type) throws -> Output {
        try Self.output(of: stage, in: envelope)
    }

    /// The section of this stage, read anew each time: it is pinned to a version, and not recorded because it is large.
    package func section<Section: Decodable & Sendable>(
        _ type: Section.Type,
        in context: TaskContext,
        with environment: StageEnvironment
    ) async throws -> Section {
        try await context.ephemeral("section") {
            try await SectionReader(environment: environment).section(type, of: envelope.stage, in: envelope)
        }
    }

    private static func output<Output: Decodable>(of stage: Stage, in envelope: Envelope) throws -> Output {
        do {
            return try envelope.output(of: stage, as: Output.self)
        } catch {
            throw TaskFailure(invalidInput: error)
        }
    }
}
