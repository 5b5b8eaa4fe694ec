import AWSClient
import Logging
import ServiceLifecycle

/// Asks for credentials once at the start, so that a host without any says so in its first second and not at the first poll.
struct CredentialWarmUp: Service {
    let credentials: RefreshingCredentials
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            do throws(AWSError) {
                let found = try await credentials.credentials()
                logger.info("signing as \(found)")
            } catch {
                logger.error("\(error.message)")
            }
        }
    }
}
