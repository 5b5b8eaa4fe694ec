import Pipeline

/// The condition of a statement that allows something, as far as it says which accounts' principals are meant
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
struct KeyPolicyCondition: Sendable {
    /// The statement's `Condition`; `nil` without one.
    let condition: JSONValue?

    /// Whether a principal of `account` that starts a machine can meet all of it. What is not known here is not met.
    func canHold(for account: String) -> Bool {
        guard let condition else { return true }
        guard let operators = condition.members else { return false }
        return operators.allSatisfy { name, keys in
            (keys.members ?? [:]).allSatisfy { key, values in
                Self.canHold(name.lowercased(), key.lowercased(), PolicyText.list(values), account)
            }
        }
    }

    private static func canHold(_ name: String, _ key: String, _ values: [String], _ account: String) -> Bool {
        let test = name.hasSuffix("ifexists") ? String(name.dropLast("ifexists".count)) : name
        switch key {
        // The machine's volumes are a service's, and EC2 asks for them.
        case "kms:grantisforawsresource": return test == "bool" && values.contains { $0.lowercased() == "true" }
        case "kms:viaservice":
            switch test {
            case "stringequals": return values.contains { $0.hasPrefix("ec2.") }
            case "stringlike": return values.contains { PolicyText.mayBegin($0, "ec2.") }
            default: return false
            }
        case "aws:principalarn": return values.contains { mayBeOf(account, $0, test) }
        case "aws:principalaccount", "kms:calleraccount":
            switch test {
            case "stringequals": return values.contains(account)
            case "stringlike": return values.contains { PolicyText.fits($0[...], account[...]) }
            default: return false
            }
        default: return false
        }
    }

    /// Whether the ARN of some principal of `account` passes the test for `value`.
    private static func mayBeOf(_ account: String, _ value: String, _ test: String) -> Bool {
        let parts = value.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        switch test {
        // Both compare each of the six parts by itself, with wildcards.
        case "arnequals", "arnlike": return parts.count == 6 && PolicyText.fits(parts[4], account[...])
        case "stringequals": return parts.count == 6 && parts[4] == account
        case "stringlike":
            return ["aws", "aws-cn", "aws-us-gov"].contains { PolicyText.mayBegin(value, "arn:\($0):iam::\(account):") }
        default: return false
        }
    }
}
