package import ActivityWorker
import AWSClient
import FoundationEssentials
import Pipeline

/// Finishes a release: smoke tests against the new stack, the application's log groups, and its record in the inventory.
///
/// Smoke tests and the record are the builder's; log groups are made in the application's account.
package struct PostProvisionStage: StageHandler {
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
        let section = try await input.section(PostProvisionSection.self, in: context, with: environment)
        let provision = try input.output(of: .provision, as: ProvisionOutput.self)
        let results = try await smokeTests(section.smokeTests, provision, context)
        let logGroups = try await logGroups(section, context)
        let inventory = try await record(input, section, provision, results, logGroups, context)
        return try JSONText.of(
            PostProvisionOutput(smokeTests: results, logGroups: logGroups, inventory: inventory)
        )
    }

    /// Each test is a step: what has passed is not asked again.
    private func smokeTests(
        _ tests: [SmokeTest],
        _ provision: ProvisionOutput,
        _ context: TaskContext
    ) async throws -> [SmokeTestResult] {
        guard !tests.isEmpty else { return [] }
        guard let endpoint = provision.endpoint else {
            throw TaskFailure(
                .builderInputInvalid,
                message: "There are smoke tests, and Provision returned no endpoint to ask.",
                next: "Let the state machine keep Provision's whole output at $.stages.provision."
            )
        }
        let run = SmokeTestRun(transport: environment.aws.transport, pace: pace)
        var results: [SmokeTestResult] = []
        for (index, test) in tests.enumerated() {
            let result = try await context.step("smoke-test-\(index + 1)", inputs: [endpoint, test.name, test.path]) {
                do {
                    return try await run.run(test, endpoint: endpoint)
                } catch var failure as TaskFailure {
                    failure.message = context.redactor.redact(failure.message)
                    throw failure
                }
            }
            results.append(result)
        }
        return results
    }

    private func logGroups(_ section: PostProvisionSection, _ context: TaskContext) async throws -> [String] {
        guard !section.logGroups.isEmpty else { return [] }
        let kmsKey = try await CustomerKey.arn(environment.settings.kmsKey, in: context, with: environment.aws)
        let groups = LogGroups(
            client: CloudWatchLogsClient(environment.acting(for: section.head, in: context)),
            kmsKey: kmsKey,
            retentionDays: section.retentionDays,
            tags: section.head.tags
        )
        return try await context.step("log-groups", inputs: section.logGroups + ["\(section.retentionDays)", kmsKey]) {
            for name in section.logGroups { try await groups.ensure(name) }
            return section.logGroups
        }
    }

    private func record(
        _ input: StageInput,
        _ section: PostProvisionSection,
        _ provision: ProvisionOutput,
        _ results: [SmokeTestResult],
        _ logGroups: [String],
        _ context: TaskContext
    ) async throws -> InventoryReference {
        // Noted first, so that an item which is written again after a crash is the same.
        let recorded = try await context.step("recorded", inputs: [context.id]) { pace.now().formatted(.iso8601) }
        let item = InventoryItem(
            input: input,
            head: section.head,
            bakery: try input.output(of: .bakery, as: BakeryOutput.self),
            provision: provision,
            validation: try input.output(of: .validation, as: ValidationOutput.self),
            smokeTests: results,
            logGroups: logGroups,
            recorded: recorded
        )
        let inventory = Inventory(environment: environment)
        let key = item.key
        return try await context.step("inventory", inputs: [key.pk, key.sk]) {
            let written = try await AWSCall.run(
                "writing the inventory item \(key.pk) \(key.sk) to \(inventory.table)",
                step: "inventory"
            ) {
                try await item.put(into: inventory)
            }
            return InventoryReference(table: inventory.table, pk: written.pk, sk: written.sk)
        }
    }
}
