import Foundation
import Testing

@testable import DaemonCore

@Suite struct KeyPolicyReviewTests {
    private static let own = #"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root"},"Action":"kms:*"}"#

    private func review(_ statements: String..., accounts: [String] = ["222222222222"]) -> Finding {
        let policy = #"{"Version":"2012-10-17","Statement":[\#(([Self.own] + statements).joined(separator: ","))]}"#
        return KeyPolicyReview(policy: policy, accounts: accounts).finding()
    }

    /// As the platform's stack writes them.
    private static func shipped(_ principal: String) -> [String] {
        [
            #"""
            {"Effect":"Allow","Principal":{"AWS":\#(principal)},"Resource":"*",
             "Action":["kms:Decrypt","kms:DescribeKey","kms:ReEncrypt*","kms:GenerateDataKeyWithoutPlaintext"]}
            """#,
            #"""
            {"Effect":"Allow","Principal":{"AWS":\#(principal)},"Action":["kms:CreateGrant","kms:ListGrants"],"Resource":"*",
             "Condition":{"Bool":{"kms:GrantIsForAWSResource":"true"}}}
            """#,
        ]
    }

    @Test(arguments: [
        #""222222222222""#, #""arn:aws:iam::222222222222:root""#, #"["1","arn:aws:iam::222222222222:role/a"]"#, #""*""#,
    ])
    func `an account that the policy lets use and grant the key can start the images`(principal: String) {
        let shipped = Self.shipped(principal)
        #expect(review(shipped[0], shipped[1]).level == .ok)
    }

    @Test func `an account that is not named, or only in part, is a warning that says what it may not`() {
        let none = review()
        #expect(
            none.level == .warning && none.message.contains("account 222222222222 may not kms:DescribeKey"),
            "\(none)"
        )
        let half = review(Self.shipped(#""222222222222""#)[0])
        #expect(half.level == .warning && half.message.contains("may not kms:CreateGrant:"), "\(half)")
        let other = Self.shipped(#""2222222222221""#)
        #expect(review(other[0], other[1]).level == .warning)
        let two = Self.shipped(#""222222222222""#)
        let second = review(two[0], two[1], accounts: ["222222222222", "333333333333"])
        #expect(second.message.contains("333333333333") && !second.message.contains("222222222222"), "\(second)")
    }

    @Test func `a denial without a condition wins`() {
        let shipped = Self.shipped(#""222222222222""#)
        let deny = #"{"Effect":"Deny","Principal":"*","Action":"kms:Decrypt"}"#
        #expect(review(shipped[0], shipped[1], deny).message.contains("may not kms:Decrypt:"))
        let conditional =
            #"{"Effect":"Deny","Principal":"*","Action":"kms:*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#
        #expect(review(shipped[0], shipped[1], conditional).level == .ok)
    }

    @Test func `of the shipped stack's policy only the accounts of its parameter may start images`() throws {
        let named = try PlatformKeyPolicy(applicationAccounts: ["222222222222", "444444444444"]).text()
        #expect(KeyPolicyReview(policy: named, accounts: ["222222222222", "444444444444"]).finding().level == .ok)
        let other = KeyPolicyReview(policy: named, accounts: ["222222222222", "333333333333"]).finding()
        #expect(other.level == .warning && !other.message.contains("222222222222"), "\(other)")
        for action in KeyPolicyReview.actions { #expect(other.message.contains(action), "\(other)") }
        let none = try PlatformKeyPolicy(applicationAccounts: []).text()
        #expect(none.contains("aws:PrincipalArn"))
        #expect(KeyPolicyReview(policy: none, accounts: ["222222222222"]).finding().level == .warning)
    }

    @Test(arguments: [
        (#"{"Bool":{"kms:GrantIsForAWSResource":true}}"#, true),
        (#"{"bool":{"KMS:GrantIsForAWSResource":["true"]}}"#, true),
        (#"{"Bool":{"kms:GrantIsForAWSResource":"false"}}"#, false),
        (#"{"StringLike":{"kms:ViaService":"ec2.*.amazonaws.com"}}"#, true),
        (#"{"StringEquals":{"kms:ViaService":["s3.eu-central-1.amazonaws.com"]}}"#, false),
        (#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::222222222222:role/*"}}"#, true),
        (#"{"ArnEquals":{"aws:PrincipalArn":["arn:aws:iam::1:root","arn:*:iam::22222222????:role/deploy"]}}"#, true),
        (#"{"ArnEqualsIfExists":{"aws:PrincipalArn":"arn:aws:iam::222222222222:role/deploy"}}"#, true),
        (#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::2222222222220:role/*"}}"#, false),
        (#"{"ArnLike":{"aws:PrincipalArn":"*"}}"#, false),
        (#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::1:role/*"}}"#, false),
        (#"{"StringLike":{"aws:PrincipalArn":"*"}}"#, true),
        (#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::2222*"}}"#, true),
        (#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::3*"}}"#, false),
        (#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::"}}"#, false),
        (#"{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:role/deploy"}}"#, true),
        (#"{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::*:role/deploy"}}"#, false),
        (#"{"StringEquals":{"kms:CallerAccount":["1","222222222222"]}}"#, true),
        (#"{"StringLike":{"aws:PrincipalAccount":"2*3"}}"#, false),
        (#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#, false),
        (#"{"Bool":{"kms:GrantIsForAWSResource":"true"},"StringEquals":{"kms:CallerAccount":"1"}}"#, false),
        ("{}", true), (#""odd""#, false),
    ])
    func `what is allowed on a condition counts where the account can meet all of it`(condition: String, isMet: Bool) {
        let statement = #"{"Effect":"Allow","Principal":"*","Action":"kms:*","Condition":\#(condition)}"#
        #expect((review(statement).level == .ok) == isMet, "\(condition)")
    }

    @Test func `a policy that is none is a warning`() {
        #expect(KeyPolicyReview(policy: "nonsense", accounts: ["1"]).finding().level == .warning)
    }
}
