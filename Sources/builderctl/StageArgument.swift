import ArgumentParser
import DaemonCore

/// Which stage is meant.
struct StageArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp("preProvision, bakery, provision, validation, postProvision, or all.", valueName: "stage"),
        completion: .list(ConfigurationKey.stageNames + ["all"])
    )
    var stage: String

    func validate() throws {
        guard !stage.isEmpty else {
            throw ValidationError(
                "The stage is empty: name one of \(ConfigurationKey.stageNames.joined(separator: ", ")), or all."
            )
        }
    }

    /// Pauses or resumes, and says what changed.
    func change(_ verb: String, _ sockets: SocketOptions) async throws {
        try await sockets.withClient { client in
            let path = "/stages/\(DaemonClient.component(stage))/\(verb)"
            let answer = try await client.document(StagesDocument.self, "POST", path).document
            for stage in answer.changed { try Screen.write("\(stage): \(verb)d\n") }
            for stage in answer.unchanged {
                try Screen.write("\(stage): was \(verb == "pause" ? "paused" : "not paused") already\n")
            }
        }
    }
}
