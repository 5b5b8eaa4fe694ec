/// The parts of a Step Functions state machine's ARN.
package struct StateMachineARN: Sendable, Hashable {
    /// For example `eu-central-1`.
    package let region: String
    /// 12 digits.
    package let account: String
    /// The state machine's name.
    package let name: String

    /// `nil` unless `text` is `arn:<partition>:states:<region>:<12 digits>:stateMachine:<name>` of at most 256 characters, without a
    /// version or an alias
    /// ([StartExecution](https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html)).
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard text.utf8.count <= 256, parts.count == 7, parts[5] == "stateMachine",
            // Apart from its kind it has an activity's form.
            let twin = ActivityARN(text.replacing(":stateMachine:", with: ":activity:", maxReplacements: 1))
        else { return nil }
        (region, account, name) = (twin.region, twin.account, twin.name)
    }
}
