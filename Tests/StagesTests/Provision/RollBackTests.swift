import ActivityWorker
import AWSClient
import FoundationEssentials
import Pipeline
import Stages
import TestSupport
import Testing

/// Which release a roll back goes back to, with a script that stands in for Terraform; `Tests/IntegrationTests` has the real one.
struct RollBackTests {
    private static let terraform = """
        echo "$*" >> "$FIXTURE/arguments"
        case $1 in
        version) echo "Terraform v1.11.4" ;;
        init) cat builderd.auto.tfvars.json > "$FIXTURE/variables" ;;
        plan) exit 2 ;;
        show) echo '{"format_version":"1.2","resource_changes":[],"configuration":{"root_module":{}}}' ;;
        apply) [ ! -e "$FIXTURE/fail-apply" ] || { echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"No capacity","detail":""}}'; exit 1; } ;;
        output) echo '{"endpoint":{"sensitive":false,"value":"http://127.0.0.1:1/"}}' ;;
        esac
        """

    /// A fixture whose own release uses the module `web`, with this inventory.
    private func fixture(_ items: [DynamoDBClient.Item] = [], pageSize: Int = 100) throws -> StageFixture {
        var fixture = try StageFixture(script: Self.terraform)
        fixture.outputs = [.bakery: StageFixture.bakery]
        for module in ["web", "older"] {
            try fixture.folder.write(
                "catalogue/terraform/\(module)/main.tf",
                "variable \"image_id\" {}\nvariable \"release_version\" {}\nvariable \"size\" {}\n"
            )
        }
        try fixture.put(section("1.0.0", module: "web"), for: .provision)
        fixture.cloud.change { state in
            state.queryPage = pageSize
            for item in items {
                state.items[(item["pk"]?.stringValue ?? "") + " " + (item["sk"]?.stringValue ?? "")] = item
            }
        }
        return fixture
    }

    private func section(_ version: String, module: String, environment: String = "demo") -> ProvisionSection {
        var head = StageFixture.head()
        (head.version, head.environment) = (version, environment)
        return ProvisionSection(head: head, module: module, variables: ["size": .integer(7)], secrets: [])
    }

    /// An item of a release that was completed on this day of June.
    private func item(
        _ version: String,
        completed day: Int,
        began: Int? = nil,
        environment: String = "demo",
        application: String = "hello",
        _ change: (inout DynamoDBClient.Item) -> Void = { _ in }
    ) -> DynamoDBClient.Item {
        var item: DynamoDBClient.Item = [
            "pk": .string("APP#\(application)"),
            "sk": .string("EXEC#2026-06-\(began ?? day)T10:00:00.000Z#\(application)-\(version)"),
            "schema": .number(2),
            "execution": .string("arn:\(version)"),
            "environment": .string(environment),
            "version": .string(version),
            "imageId": .string("ami-of-\(version)"),
            "entered": .string("2026-06-\(day)T12:00:00.000Z"),
            "parameters": .map([
                "provision": .map(["name": .string("/builderd/\(version)/provision"), "version": .number(3)])
            ]),
        ]
        change(&item)
        return item
    }

    /// Puts the section that the release's item names.
    private func putSection(_ version: String, in fixture: StageFixture, environment: String = "demo") throws {
        let text = try JSONEncoder().encode(section(version, module: "older", environment: environment))
        fixture.cloud.change {
            $0.parameters["/builderd/\(version)/provision:3"] = String(decoding: text, as: UTF8.self)
        }
    }

    private func rollBack(_ fixture: StageFixture) async throws -> ProvisionOutput {
        try await fixture.run(
            ProvisionStage(environment: fixture.environment),
            as: .provision,
            ProvisionOutput.self,
            action: .destroy
        )
    }

    private func failure(_ fixture: StageFixture) async -> TaskFailure? {
        await #expect(throws: TaskFailure.self) { try await rollBack(fixture) }
    }

    /// The plans that Terraform was asked for.
    private func plans(_ fixture: StageFixture) throws -> [Substring] {
        guard FileManager.default.fileExists(atPath: fixture.folder.path + "/arguments") else { return [] }
        return try fixture.text("arguments").split(separator: "\n").filter { $0.hasPrefix("plan") }
    }

    @Test(arguments: [1, 100])
    func `the last release that was completed in this environment is applied again, with its own section and image`(
        pageSize: Int
    ) async throws {
        let fixture = try fixture(
            [
                item("1.0.0", completed: 10), item("1.2.0", completed: 12, began: 11),
                // Began later, was completed earlier.
                item("1.1.0", completed: 11, began: 12),
                item("9.0.0", completed: 13, environment: "prod"),
                item("9.1.0", completed: 13, application: "other"),
                item("1.3.0", completed: 14) { $0["rolledBack"] = .string("2026-06-14T13:00:00Z") },
            ],
            pageSize: pageSize
        )
        try putSection("1.2.0", in: fixture)
        let output = try await rollBack(fixture)
        #expect(output.action == "restore")
        #expect(output.restored == RestoredRelease(execution: "arn:1.2.0", version: "1.2.0"))
        #expect(output.endpoint == "http://127.0.0.1:1/")
        #expect(try fixture.text("variables") == #"{"image_id":"ami-of-1.2.0","release_version":"1.2.0","size":7}"#)
        #expect(try plans(fixture).count == 1 && !plans(fixture)[0].contains("-destroy"))
        let module = try fixture.text("workspace/terraform/main.tf")
        #expect(module == (try fixture.text("catalogue/terraform/older/main.tf")))
    }

    @Test func `without an earlier release the stack is destroyed`() async throws {
        let fixture = try fixture([item("9.0.0", completed: 13, environment: "prod")])
        let output = try await rollBack(fixture)
        #expect(output.action == "destroy" && output.restored == nil)
        #expect(try plans(fixture).count == 1 && plans(fixture)[0].contains("-destroy"))
    }

    @Test func `a release that was completed and then given up is marked, and not gone back to by itself`() async throws
    {
        let own = item("1.0.0", completed: 14) { $0["execution"] = .string(StageFixture.execution) }
        let fixture = try fixture([item("0.9.0", completed: 10), own])
        try putSection("0.9.0", in: fixture)
        #expect(try await rollBack(fixture).restored?.version == "0.9.0")
        let marked = fixture.cloud.now.items.values.filter { $0["rolledBack"] != nil }
        #expect(marked.map { $0["version"] } == [.string("1.0.0")])
        #expect(marked[0]["rolledBack"] == .string("2026-06-15T12:00:00.000Z"))
    }

    @Test(
        arguments: [
            ("an older item", "schema", nil, "written by an earlier builderd"),
            ("a newer item", "schema", .number(3), "is of schema 3; this builderd reads 2"),
            ("no image", "imageId", nil, "has no image"),
            ("no execution", "execution", nil, "has no execution"),
            ("parameters as text", "parameters", .map(["provision": .string("/a:1")]), "has no name"),
            ("no section", "parameters", .map([:]), "names no parameter for Provision"),
            ("a parameter that is gone", "version", .string("1.0.0"), "/builderd/1.0.0/provision:3"),
            ("no time", "entered", nil, "/builderd/1.0.0/provision:3"),
        ] as [(String, String, AttributeValue?, String)]
    )
    func `an earlier release that cannot be applied again fails the roll back and destroys nothing`(
        what: String,
        attribute: String,
        value: AttributeValue?,
        reason: String
    ) async throws {
        let fixture = try fixture([
            item("1.0.0", completed: 14) { $0[attribute] = value }, item("0.9.0", completed: 10),
        ])
        // The one before could be gone back to; but it is not what ran last.
        try putSection("0.9.0", in: fixture)
        let failure = await failure(fixture)
        #expect(failure?.error == "Provision.RestoreFailed", "\(what)")
        #expect(failure?.message.contains(reason) == true, "\(what): \(failure?.message ?? "")")
        #expect(failure?.message.contains("1.0.0") == true)
        #expect(failure?.next.contains("another `build`") == true)
        #expect(try plans(fixture).isEmpty)
    }

    @Test(arguments: ["the module", "a variable"])
    func `a catalogue that has moved on fails the roll back and destroys nothing`(gone: String) async throws {
        let fixture = try fixture([item("1.0.0", completed: 14)])
        try putSection("1.0.0", in: fixture)
        if gone == "the module" {
            try FileManager.default.removeItem(atPath: fixture.folder.path + "/catalogue/terraform/older")
        } else {
            try fixture.folder.write("catalogue/terraform/older/main.tf", "variable \"image_id\" {}\n")
        }
        let failure = await failure(fixture)
        #expect(failure?.error == "Provision.RestoreFailed")
        #expect(failure?.message.contains(gone == "the module" ? "no Terraform module \"older\"" : "size") == true)
        #expect(try plans(fixture).isEmpty)
    }

    @Test func `a section of another environment is not applied`() async throws {
        let fixture = try fixture([item("1.0.0", completed: 14)])
        try putSection("1.0.0", in: fixture, environment: "prod")
        let failure = await failure(fixture)
        #expect(failure?.error == "Provision.RestoreFailed")
        #expect(failure?.message.contains("is of hello in prod") == true)
        #expect(try plans(fixture).isEmpty)
    }

    @Test(arguments: [
        ("Query", "AccessDeniedException", "AWS.AccessDenied"), ("Query", "ThrottlingException", "AWS.Throttled"),
        ("Query", "ResourceNotFoundException", "AWS.NotFound"),
        ("GetParameter", "ThrottlingException", "AWS.Throttled"),
    ])
    func `an inventory or a parameter that cannot be read destroys nothing`(
        operation: String,
        code: String,
        name: String
    ) async throws {
        let fixture = try fixture([item("1.0.0", completed: 14)])
        fixture.cloud.change {
            $0.faults[operation] = .awsError(code)
        }
        #expect(await failure(fixture)?.error == name)
        #expect(try plans(fixture).isEmpty)
    }

    @Test func `Terraform's own failure keeps its name and says which release it was about`() async throws {
        let fixture = try fixture([item("1.0.0", completed: 14)])
        try putSection("1.0.0", in: fixture)
        try fixture.folder.write("fail-apply", "")
        let failure = await failure(fixture)
        #expect(failure?.error == "Provision.ApplyFailed")
        #expect(failure?.message.contains("going back to the release 1.0.0 (arn:1.0.0)") == true)
        #expect(failure?.next.contains("Do not destroy the stack") == true)
    }
}
