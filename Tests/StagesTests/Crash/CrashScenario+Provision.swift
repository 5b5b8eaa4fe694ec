import ActivityWorker
import AWSClient
import FoundationEssentials
import Pipeline
import Stages
import TestSupport

extension CrashScenario {
    static var provision: [CrashScenario] {
        [
            CrashScenario(name: "Provision", least: 30, ending: #""action":"apply""#) { try await provisioning() },
            CrashScenario(name: "Provision, nothing to go back to", least: 26, ending: #""action":"destroy""#) {
                try await provisioning(action: .destroy)
            },
            CrashScenario(name: "Provision, back to the last release", least: 30, ending: #""action":"restore""#) {
                try await provisioning(action: .destroy, hasEarlier: true)
            },
            CrashScenario(name: "Provision, a dead lock of this host's", least: 30, ending: #""action":"apply""#) {
                try await provisioning(lock: .first)
            },
            CrashScenario(name: "Provision, a holder that dies meanwhile", least: 33, ending: #""action":"apply""#) {
                try await provisioning(lock: .whilePlanning)
            },
            CrashScenario(name: "Provision, a state that is saved late", least: 30, ending: "it is saved now") {
                try await provisioning(errored: .pushed)
            },
            CrashScenario(
                name: "Provision, a state that cannot be saved",
                least: 30,
                ending: "errored/0123456789abcdef.tfstate"
            ) {
                try await provisioning(errored: .kept)
            },
        ]
    }

    private enum Lock { case none, first, whilePlanning }
    private enum Errored { case none, pushed, kept }

    private static let host = HostIdentity(who: "builderd@here", boot: "now", bootedMilliseconds: .max)
    private static let lockPath = "state-bucket/hello/demo/terraform.tfstate.tflock"
    private static let lock = Array(
        #"{"ID":"1b4e","Operation":"OperationTypeApply","Who":"builderd@here","Created":"2026-06-15T11:00:00Z"}"#.utf8
    )

    private static func provisioning(
        action: TaskHeader.Action = .run,
        hasEarlier: Bool = false,
        lock: Lock = .none,
        errored: Errored = .none
    ) async throws -> CrashSubject {
        let fixture = try fixture(hasEarlier: hasEarlier)
        if lock != .none { try await noteDeadTask(fixture) }
        if lock == .first { fixture.cloud.change { $0.objects[lockPath] = Self.lock } }
        return CrashSubject(
            fixture,
            .provision,
            action: action,
            handler: { ProvisionStage(environment: $0, host: host, pace: StageFixture.pace()) },
            tool: { tool, invocation in
                let folder = invocation.workingDirectory
                switch tool {
                case "terraform-version": return (0, "Terraform v1.11.4\n")
                // It pins what it downloaded, beside the module's files.
                case "terraform-init": try Data("#".utf8).write(to: URL(filePath: folder + "/.terraform.lock.hcl"))
                case "terraform-plan" where lock == .whilePlanning:
                    fixture.cloud.change { $0.objects[lockPath] = Self.lock }
                    return (1, diagnostic("Error acquiring the state lock"))
                case "terraform-plan", "terraform-plan-again": return (2, "")
                case "terraform-show":
                    return (0, #"{"format_version":"1.2","resource_changes":[],"configuration":{"root_module":{}}}"#)
                case "terraform-apply" where errored != .none:
                    try Data("{}".utf8).write(to: URL(filePath: folder + "/errored.tfstate"))
                    return (1, diagnostic("Failed to save state"))
                case "terraform-apply":
                    return (
                        0, #"{"type":"change_summary","changes":{"add":3,"change":0,"remove":0,"operation":"apply"}}"#
                    )
                case "terraform-output":
                    return (0, #"{"endpoint":{"sensitive":false,"value":"http://127.0.0.1:1/"}}"#)
                case "terraform-state-push" where errored == .kept: return (1, "")
                default: break
                }
                return (0, "")
            }
        )
    }

    private static func diagnostic(_ summary: String) -> String {
        #"{"type":"diagnostic","diagnostic":{"severity":"error","summary":""# + summary + #"","detail":""}}"#
    }

    private static func fixture(hasEarlier: Bool) throws -> StageFixture {
        var fixture = try StageFixture(script: "exit 1")
        fixture.outputs = [.bakery: StageFixture.bakery]
        try fixture.folder.write("catalogue/terraform/web/main.tf", "variable \"image_id\" {}\nvariable \"token\" {}\n")
        let section = ProvisionSection(
            head: StageFixture.head(),
            module: "web",
            variables: [:],
            secrets: [SecretReference(name: "token", parameter: "/secret", stages: [.provision])]
        )
        try fixture.put(section, for: .provision)
        let text = String(decoding: try JSONEncoder().encode(section), as: UTF8.self)
        fixture.cloud.change { state in
            state.parameters["/secret"] = "s3cr3t-value"
            state.parameters["/builderd/0.9.0/provision:3"] = text
            // Its own item, which is marked, and that of the release before.
            for (sk, execution, version) in [("2", StageFixture.execution, "1.0.0"), ("1", "arn:before", "0.9.0")]
            where hasEarlier {
                state.items["APP#hello \(sk)"] = [
                    "pk": "APP#hello", "sk": .string(sk), "schema": .number(2), "execution": .string(execution),
                    "environment": "demo", "version": .string(version), "imageId": "ami-1",
                    "entered": .string("2026-06-0\(sk)T12:00:00.000Z"),
                    "parameters": .map([
                        "provision": .map(["name": .string("/builderd/\(version)/provision"), "version": .number(3)])
                    ]),
                ]
            }
        }
        return fixture
    }

    /// A task that was at work before the machine was booted.
    private static func noteDeadTask(_ fixture: StageFixture) async throws {
        try await LockRecords(directory: fixture.settings.terraformDirectory).write(
            LockRecord(
                state: "s3://state-bucket/hello/demo/terraform.tfstate",
                task: "dead",
                execution: "arn:dead",
                who: host.who,
                boot: "before",
                workspace: "/nonexistent",
                startedMilliseconds: 1_700_000_000_000
            )
        )
    }
}
