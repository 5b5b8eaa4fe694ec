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

    @Test func `a policy that is none is a warning`() {
        #expect(KeyPolicyReview(policy: "nonsense", accounts: ["1"]).finding().level == .warning)
    }
}
