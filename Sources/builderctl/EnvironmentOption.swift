import ArgumentParser
import DaemonCore

/// In whose environment a command works that signs by itself.
struct EnvironmentOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whose environment: service, own (this shell's), or auto: the service's where --config is the service's own file.",
            valueName: "whose"
        )
    )
    var environment = ServiceEnvironment.Wish.auto

    /// Finds it; see `ServiceEnvironment.find`.
    func find(file: String, command: String) async -> ServiceEnvironment {
        await ServiceEnvironment.find(environment, own: ProcessEnvironment.current, file: file, command: command)
    }
}

extension ServiceEnvironment.Wish: ExpressibleByArgument {}
