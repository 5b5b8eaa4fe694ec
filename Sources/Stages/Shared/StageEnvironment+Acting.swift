import AWSClient
import ActivityWorker
import Pipeline

extension StageEnvironment {
    /// The AWS services as the application's account sees them: in the role that the environment names, or as the builder.
    func acting(for head: SectionHead, in context: TaskContext) -> AWSConfiguration {
        guard let access = head.access else { return aws }
        return aws.assumingRole(
            arn: access.roleArn,
            externalId: access.externalId,
            sessionName: "builderd-" + context.id
        )
    }
}
