/// The AWS services that builderd calls.
///
/// The raw value is the name under `aws.endpoints` in `builderd.yaml`.
package enum AWSService: String, Sendable, CaseIterable {
    /// Step Functions.
    case sfn
    /// Systems Manager: Parameter Store.
    case ssm
    /// Simple Storage Service.
    case s3
    /// Key Management Service.
    case kms
    /// Elastic Compute Cloud.
    case ec2
    /// DynamoDB.
    case dynamodb
    /// CloudWatch Logs.
    case cloudwatchLogs = "logs"
    /// Elastic Load Balancing v2.
    case elasticLoadBalancingV2 = "elbv2"
    /// EC2 Auto Scaling.
    case autoScaling = "autoscaling"
    /// Security Token Service.
    case sts
    /// CloudWatch: alarms.
    case cloudWatch = "cloudwatch"

    /// The name under `aws.endpoints` in `builderd.yaml`.
    package var configurationKey: String { rawValue }

    /// First label of the service's host names, for example `states` in `states.eu-central-1.amazonaws.com`.
    package var endpointPrefix: String {
        switch self {
        case .sfn: "states"
        case .elasticLoadBalancingV2: "elasticloadbalancing"
        case .cloudWatch: "monitoring"
        default: rawValue
        }
    }

    /// The service in the credential scope of a signature. For all of these it is the endpoint prefix.
    package var signingName: String { endpointPrefix }

    /// The service id of the SDK convention, as it ends `AWS_ENDPOINT_URL_<SERVICE>`; lower case it is the key of a
    /// `[services x]` section (https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html).
    package var environmentSuffix: String {
        switch self {
        case .cloudwatchLogs: "CLOUDWATCH_LOGS"
        case .elasticLoadBalancingV2: "ELASTIC_LOAD_BALANCING_V2"
        case .autoScaling: "AUTO_SCALING"
        default: rawValue.uppercased()
        }
    }

    /// The environment variable that overrides the service's endpoint, for example `AWS_ENDPOINT_URL_SFN`.
    package var environmentVariable: String { "AWS_ENDPOINT_URL_" + environmentSuffix }
}
