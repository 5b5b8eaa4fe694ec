import AWSClient
import Logging
import OpenSSLDigest
import Pipeline
import Stages
import ToolSupervisor

extension ConfigurationReading {
    /// The typed configuration; `nil`, with problems added, when something is missing or does not fit together.
    ///
    /// - Parameter owner: whose sockets are to be given to groups.
    mutating func assemble(socketsOf owner: SocketOwner) -> DaemonConfiguration? {
        let activities = readActivities()
        requireWhatStagesNeed(Set(activities.keys))
        let credentials = readToolCredentials()
        let hook = readTerminationHook()
        requireFolders(Set(activities.keys))
        requireTools(Set(activities.keys))
        keepFoldersApart()
        keepSocketsApart()
        requireGroups(of: owner)
        requireDigests()
        let regions = Set(activities.values.compactMap { ActivityARN($0.arn)?.region })
        guard problems.isEmpty, let credentials, let region = values["aws.region"] ?? regions.first else { return nil }
        return DaemonConfiguration(
            region: region,
            profile: values["aws.profile"],
            endpoints: EndpointSettings(
                urls: AWSService.allCases.reduce(into: [:]) { $0[$1] = values["aws.endpoints.\($1.configurationKey)"] },
                fips: values["aws.fips"].map { $0 == "true" },
                dualStack: values["aws.dualStack"].map { $0 == "true" }
            ),
            activities: activities,
            releaseStateMachine: values["stateMachines.release"],
            pingStateMachine: values["stateMachines.ping"],
            workerName: values["worker.name"],
            terminationHook: hook,
            stateDirectory: text("paths.state"),
            workDirectory: text("paths.work"),
            stages: StageSettings(
                catalogueDirectory: text("paths.catalogue"),
                environmentsDirectory: text("paths.environments"),
                rulesDirectory: text("paths.rules"),
                kmsKey: text("storage.kmsKey"),
                artifactsBucket: text("storage.artifactsBucket"),
                stateBucket: text("storage.stateBucket"),
                inventoryTable: text("storage.inventoryTable"),
                parameterPrefix: text("storage.parameterPrefix"),
                terraformDirectory: text("paths.state") + "/terraform",
                packer: text("tools.packer.path"),
                terraform: text("tools.terraform.path"),
                auditor: text("tools.auditor.path"),
                packerGrace: seconds("tools.packer.graceSeconds"),
                terraformGrace: seconds("tools.terraform.graceSeconds"),
                auditorGrace: seconds("tools.auditor.graceSeconds"),
                toolCredentials: credentials,
                toolEnvironment: walked.mappings["tools.environment"] ?? [:]
            ),
            confinesTools: text("tools.landlock") != "off",
            healthSocket: text("health.socket"),
            healthGroup: values["health.group"],
            controlSocket: text("control.socket"),
            controlGroup: values["control.group"],
            logLevel: Logger.Level(rawValue: text("log.level")) ?? .info,
            logFormat: DaemonConfiguration.LogFormat(rawValue: text("log.format")) ?? .auto,
            texts: values.merging(["tools.environment": environmentText]) { $1 }
        )
    }

    /// `tools.environment` as one text, the same for the same mapping.
    private var environmentText: String {
        (walked.mappings["tools.environment"] ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: "\n")
    }

    private func key(_ name: String) -> ConfigurationKey? { ConfigurationKey.all.first { $0.name == name } }
    private func text(_ name: String) -> String { values[name] ?? "" }
    private func seconds(_ name: String) -> Duration { .seconds(Int(text(name)) ?? 0) }

    private mutating func readActivities() -> [Stage: DaemonConfiguration.Activity] {
        var result: [Stage: DaemonConfiguration.Activity] = [:]
        var first: String?
        for stage in Stage.allCases {
            guard let arn = values["activities.\(stage.rawValue).arn"] else { continue }
            let slots = Int(text("activities.\(stage.rawValue).slots")) ?? 1
            result[stage] = DaemonConfiguration.Activity(arn: arn, slots: slots)
            guard let parsed = ActivityARN(arn), let key = key("activities.\(stage.rawValue).arn") else { continue }
            let expected = values["aws.region"] ?? first ?? parsed.region
            first = first ?? parsed.region
            guard parsed.region != expected else { continue }
            report(
                key,
                found: "region \(parsed.region)",
                allowed: "\(expected), the region of aws.region or of the first activity: a daemon polls one region",
                next: "Name this region's activity, or run another daemon for the other region."
            )
        }
        if result.isEmpty && problems.isEmpty {
            problems.append(
                .init(
                    place: "\(file): activities",
                    found: "no stage with an arn",
                    allowed: "at least one of "
                        + ConfigurationKey.stageNames.joined(separator: ", "),
                    next: "Set activities.<stage>.arn; the platform stack's outputs list them."
                )
            )
        }
        return result
    }

    private mutating func requireWhatStagesNeed(_ stages: Set<Stage>) {
        let needs: [(key: String, stages: Set<Stage>)] = [
            ("storage.kmsKey", Set(Stage.allCases)),
            ("storage.artifactsBucket", [.preProvision, .validation]),
            ("storage.stateBucket", [.provision]),
            ("storage.inventoryTable", [.provision, .postProvision]),
        ]
        for need in needs where values[need.key] == nil && !refused.contains(need.key) {
            let users = Stage.allCases.filter { need.stages.contains($0) && stages.contains($0) }.map(\.rawValue)
            guard !users.isEmpty, let key = key(need.key) else { continue }
            report(
                key,
                found: "nothing",
                allowed: key.kind.allowed,
                next: "Set it: \(users.joined(separator: ", ")) is enabled and needs it."
            )
        }
    }

    private mutating func readToolCredentials() -> ToolCredentialSource? {
        switch values["tools.credentials.source"] {
        case "EcsContainer": return .ecsContainer
        case "profile":
            for name in ["tools.credentials.profile", "tools.credentials.file"] where values[name] == nil {
                guard let key = key(name) else { continue }
                report(
                    key,
                    found: "nothing",
                    allowed: key.kind.allowed,
                    next: "Set it, or use another tools.credentials.source: the source “profile” needs it."
                )
            }
            guard let name = values["tools.credentials.profile"], let file = values["tools.credentials.file"] else {
                return nil
            }
            return .profile(name: name, file: file)
        default: return .ec2InstanceMetadata
        }
    }

    /// Both names or neither: an end that Auto Scaling holds is only let go by both.
    private mutating func readTerminationHook() -> DaemonConfiguration.TerminationHook? {
        let names = ["host.autoScalingGroup", "host.lifecycleHook"]
        if let group = values[names[0]], let name = values[names[1]] {
            return .init(group: group, name: name, heartbeat: seconds("host.lifecycleHeartbeatSeconds"))
        }
        for name in names where values[name] == nil && !refused.contains(name) {
            guard let key = key(name), let other = names.first(where: { $0 != name && values[$0] != nil }) else {
                continue
            }
            report(
                key,
                found: "nothing",
                allowed: key.kind.allowed,
                next: "Set it, or leave \(other) empty too: the end of a host is let go by both names."
            )
        }
        return nil
    }

    /// A host without a stage's tool would fail every release it takes.
    private mutating func requireTools(_ stages: Set<Stage>) {
        let needs: [(key: String, stage: Stage)] = [
            ("tools.packer.path", .bakery), ("tools.terraform.path", .provision), ("tools.auditor.path", .validation),
        ]
        for need in needs where stages.contains(need.stage) {
            guard let name = values[need.key], let key = key(need.key) else { continue }
            do throws(ToolError) {
                _ = try ExecutableLookup.find(name, path: environment["PATH"] ?? ToolSearchPath.fallback)
            } catch {
                report(
                    key,
                    found: error.message,
                    allowed: "an executable's absolute path, or its name in PATH",
                    next: error.next
                )
            }
        }
    }

    /// Nothing can be signed without SHA-256, and a process that has started counts on it.
    private mutating func requireDigests() {
        guard let obstacle = DigestLibrary.obstacle() else { return }
        let configured = environment["OPENSSL_CONF"]
        problems.append(
            .init(
                place: configured.map { "OPENSSL_CONF=\($0)" } ?? "openssl.cnf",
                found: obstacle,
                allowed: "an OpenSSL configuration with SHA-256 and HMAC from its default or FIPS provider",
                next:
                    "Correct the providers in \(configured ?? "the system's openssl.cnf (`openssl version -d`)"): activate "
                    + "the default provider or a FIPS module that is installed, or unset OPENSSL_CONF; "
                    + "`openssl list -providers` shows what is active."
            )
        )
    }

    private mutating func keepFoldersApart() {
        guard let state = values["paths.state"], state == values["paths.work"], let key = key("paths.work") else {
            return
        }
        report(
            key,
            found: "\(state), which is paths.state too",
            allowed: "a folder of its own, on a tmpfs",
            next: "Name another folder: workspaces are removed, the state must not be."
        )
    }

    private mutating func keepSocketsApart() {
        guard let socket = values["health.socket"], socket == values["control.socket"],
            let key = key("control.socket")
        else { return }
        report(
            key,
            found: "\(socket), which is health.socket too",
            allowed: "a path of its own",
            next: "Name another path: who may ask how the daemon is need not be allowed to control it."
        )
    }

    private mutating func requireFolders(_ stages: Set<Stage>) {
        let needs: [(key: String, stages: Set<Stage>)] = [
            ("paths.environments", [.preProvision]),
            ("paths.catalogue", [.bakery, .provision, .validation]),
        ]
        // A host may have no rules; one that names a folder for them has.
        let isNamed = values["paths.rules"] != key("paths.rules")?.defaultValue
        for need in needs + (isNamed ? [("paths.rules", [.preProvision])] : [])
        where !stages.isDisjoint(with: need.stages) {
            guard let path = values[need.key], !FileText.isDirectory(path),
                let key = key(need.key)
            else { continue }
            report(
                key,
                found: "\(path), which is not a folder",
                allowed: "an existing folder",
                next: "Create it from the shipped Config/, or correct the path."
            )
        }
        guard let path = values["tools.credentials.file"], !FileText.isReadable(path),
            let key = key("tools.credentials.file")
        else { return }
        report(
            key,
            found: "\(path), which cannot be read",
            allowed: "a readable AWS configuration file",
            next: "Correct the path or its permissions."
        )
    }
}
