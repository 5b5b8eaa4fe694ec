import AWSClient
package import ActivityWorker
package import Pipeline

/// What surrounds every tool of a task: folders of its own, an environment that inherits nothing, and credentials by reference.
package struct ToolSurroundings: Sendable {
    /// The task's workspace.
    package let workspace: String
    /// The tool's environment.
    package let environment: [String: String]

    /// Search path of tools where the configuration gives none.
    static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Makes the folders and the private AWS configuration file in the task's workspace, as the step `surroundings`: a tool may be at
    /// work with them when the stage runs again from its top, and the profile that they come from may have changed meanwhile.
    ///
    /// - Throws: `TaskFailure` `Builder.Internal` when the base profile cannot be read.
    package static func made(
        in context: TaskContext,
        environment stage: StageEnvironment,
        role: AccountAccess?
    ) async throws -> ToolSurroundings {
        let access = ToolAccess(
            source: stage.settings.toolCredentials,
            role: role,
            region: stage.aws.region,
            sessionName: "builderd-" + context.id
        )
        let file = context.workspace + "/aws-config"
        let inputs = [access.region, role?.roleArn ?? "", role?.externalId ?? ""]
        _ = try await context.step("surroundings", inputs: inputs) {
            for folder in ["tmp", "home"] { try PrivateFile.makeFolder(context.workspace + "/" + folder) }
            do {
                try PrivateFile.write(access.configuration(), to: file)
            } catch let error as ToolAccessError {
                throw TaskFailure(
                    .builderInternal,
                    message: error.message,
                    next: "Correct tools.credentials in builderd.yaml, then release again with another `build`."
                )
            }
            return true
        }
        return ToolSurroundings(
            workspace: context.workspace,
            configuration: file,
            settings: stage.settings,
            access.region
        )
    }

    private init(workspace: String, configuration file: String, settings: StageSettings, _ region: String) {
        self.workspace = workspace
        var values = settings.toolEnvironment
        values["PATH"] = values["PATH"] ?? Self.defaultPath
        values["LANG"] = values["LANG"] ?? "C.UTF-8"
        let own = [
            "TMPDIR": workspace + "/tmp",
            "HOME": workspace + "/home",
            "AWS_CONFIG_FILE": file,
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_PROFILE": ToolAccess.profile,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_SDK_LOAD_CONFIG": "1",
            "CHECKPOINT_DISABLE": "1",
        ]
        environment = values.merging(own) { $1 }
    }

    /// One run of a tool in these surroundings.
    func invocation(_ executable: String, _ arguments: [String], in folder: String, _ grace: Duration) -> ToolInvocation
    {
        ToolInvocation(
            executable: executable,
            arguments: arguments,
            environment: environment,
            workingDirectory: folder,
            stop: ToolStopPolicy(grace: grace)
        )
    }

    /// The same with more in the environment.
    func adding(_ values: [String: String]) -> ToolSurroundings {
        ToolSurroundings(workspace: workspace, environment: environment.merging(values) { $1 })
    }

    private init(workspace: String, environment: [String: String]) {
        self.workspace = workspace
        self.environment = environment
    }
}
