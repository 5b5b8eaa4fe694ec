import FoundationEssentials
import Pipeline

/// Whether a key's policy lets other accounts start machines from images under it. What their own IAM policies allow is not seen here.
struct KeyPolicyReview: Sendable {
    static let check = "kms key sharing"
    /// What an account needs to start a machine from another account's encrypted image
    /// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/share-amis-with-cmk.html).
    static let actions = [
        "kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt", "kms:ReEncryptFrom", "kms:GenerateDataKeyWithoutPlaintext",
    ]

    /// The key's policy, JSON.
    let policy: String
    /// The accounts that images are shared with.
    let accounts: [String]

    func finding() -> Finding {
        guard let document = try? JSONDecoder().decode(JSONValue.self, from: Data(policy.utf8)),
            let statements = document["Statement"].map({ $0.elements ?? [$0] })
        else {
            return .warning(Self.check, "the key's policy is not JSON that can be judged", fix: "look at it in KMS")
        }
        let problems = accounts.compactMap { account in
            let refused = Self.actions.filter { !Self.allows(statements, account: account, action: $0) }
            return refused.isEmpty ? nil : "account \(account) may not \(refused.joined(separator: ", "))"
        }
        guard problems.isEmpty else {
            return .warning(
                Self.check,
                "by the key's policy \(problems.joined(separator: "; ")): it cannot start the images that are shared with it",
                fix: "name the account in the platform stack's parameter ApplicationAccounts, or in the key's policy"
            )
        }
        return .ok(Self.check, "the key's policy lets \(accounts.joined(separator: ", ")) start images under it")
    }

    /// An `Allow` that fits and whose condition can hold, and no `Deny` without a condition that fits.
    private static func allows(_ statements: [JSONValue], account: String, action: String) -> Bool {
        let fitting = statements.filter { names($0["Principal"], account) && covers($0["Action"], action) }
        return fitting.contains {
            $0["Effect"]?.text == "Allow" && KeyPolicyCondition(condition: $0["Condition"]).canHold(for: account)
        } && !fitting.contains { $0["Effect"]?.text == "Deny" && $0["Condition"] == nil }
    }

    private static func names(_ principal: JSONValue?, _ account: String) -> Bool {
        if principal?.text == "*" { return true }
        return PolicyText.list(principal?["AWS"]).contains { name in
            let parts = name.split(separator: ":", omittingEmptySubsequences: false)
            return name == "*" || name == account || parts.count > 4 && parts[4] == account
        }
    }

    private static func covers(_ patterns: JSONValue?, _ action: String) -> Bool {
        PolicyText.list(patterns).contains { PolicyText.fits($0.lowercased()[...], action.lowercased()[...]) }
    }
}
