import AWSClient
package import ActivityWorker
import Pipeline

extension BakeryStage {
    /// Removes what this attempt's Packer left, whether it failed or was killed.
    package func cleanUp(_ context: TaskContext) async {
        // Without an envelope nothing was begun.
        guard let envelope = try? context.envelope() else { return }
        let tags = ImageTags(envelope: envelope, application: context.header.application ?? "", taskID: context.id)
        await BuildRemains(
            ec2: EC2Client(environment.aws),
            tags: tags,
            task: context.id,
            said: PackerNames(workspace: context.workspace),
            pace: pace,
            logger: context.logger
        ).remove()
    }
}
