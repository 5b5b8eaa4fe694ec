import CurlTransport
import Testing

@testable import AWSClient

@Suite struct ServiceErrorAnswerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var headers: [HTTPField] = []
        var body: String
        var status = 400
        var code: String
        var message: String
        var requestID: String?
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "JSON, __type with namespace",
            body: #"{"__type":"com.amazonaws.ssm#ParameterNotFound","message":"m"}"#,
            code: "ParameterNotFound",
            message: "m"
        ),
        Case(
            name: "JSON, code and Message",
            body: #"{"code":"Foo:http://x/","Message":"m"}"#,
            code: "Foo",
            message: "m"
        ),
        Case(
            name: "header before body",
            headers: [HTTPField("X-Amzn-Errortype", "ns#FromHeader:http://internal/")],
            body: #"{"__type":"FromBody","message":"m"}"#,
            code: "FromHeader",
            message: "m"
        ),
        Case(
            name: "query error before all",
            headers: [
                HTTPField("x-amzn-query-error", "AWS.Simple;Sender"), HTTPField("X-Amzn-ErrorType", "B"),
                HTTPField("x-amzn-RequestId", "id"),
            ],
            body: #"{"__type":"C"}"#,
            code: "AWS.Simple",
            message: "HTTP status 400 with a body that names no error",
            requestID: "id"
        ),
        Case(
            name: "Query",
            body: """
                <?xml version="1.0"?><ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
                <Code>AccessDenied</Code><Message>not &lt;you&gt; &#233;</Message></Error><RequestId>q-1</RequestId></ErrorResponse>
                """,
            status: 403,
            code: "AccessDenied",
            message: "not <you> é",
            requestID: "q-1"
        ),
        Case(
            name: "EC2",
            body: """
                <Response><Errors><Error><Code>InvalidAMIID.NotFound</Code><Message>no</Message></Error></Errors>\
                <RequestID>e-1</RequestID></Response>
                """,
            code: "InvalidAMIID.NotFound",
            message: "no",
            requestID: "e-1"
        ),
        Case(
            name: "S3",
            headers: [HTTPField("x-amz-request-id", "s-1"), HTTPField("x-amz-id-2", "s-2")],
            body: "<Error><Code>NoSuchKey</Code><Message>gone</Message><RequestId>in body</RequestId></Error>",
            status: 404,
            code: "NoSuchKey",
            message: "gone",
            requestID: "s-1"
        ),
        Case(
            name: "S3 redirect without body",
            headers: [HTTPField("x-amz-bucket-region", "eu-west-1")],
            body: "",
            status: 301,
            code: "301",
            message: "HTTP status 301; the bucket is in region eu-west-1"
        ),
        Case(
            name: "HTML",
            body: "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
            status: 502,
            code: "502",
            message: "HTTP status 502 with a body that names no error"
        ),
        Case(name: "nothing", body: "", status: 503, code: "503", message: "HTTP status 503 with an empty body"),
        Case(
            name: "truncated JSON",
            body: #"{"__type":"Foo","mess"#,
            status: 500,
            code: "500",
            message: "HTTP status 500 with a body that names no error"
        ),
        Case(
            name: "truncated XML",
            body: "<Error><Code>NoSu",
            status: 500,
            code: "500",
            message: "HTTP status 500 with a body that names no error"
        ),
        Case(
            name: "a code that is none",
            body: #"{"__type":"so\nmuch more","message":"m"}"#,
            code: "400",
            message: "m"
        ),
        Case(
            name: "members of other kinds",
            body: #"{"__type":5,"code":null,"message":{}}"#,
            code: "400",
            message: "HTTP status 400 with a body that names no error"
        ),
    ]

    @Test("an error is read from any form", arguments: cases)
    func read(one: Case) {
        let answer = ServiceErrorAnswer(
            HTTPResponse(status: one.status, headers: one.headers, body: Array(one.body.utf8))
        )
        #expect(answer.code == one.code)
        #expect(answer.message == one.message)
        #expect(answer.requestID == one.requestID)
        #expect(answer.isNamed == (Int(one.code) == nil))
    }

    @Test("a nesting bomb in an error is an error without a name, not a crash", arguments: ["{\"a\":", "<a>"])
    func bomb(piece: String) {
        let body = Array(String(repeating: piece, count: 1_000_000).utf8)
        #expect(ServiceErrorAnswer(HTTPResponse(status: 500, body: body)).code == "500")
    }

    @Test("a message is cut to 2,000 characters")
    func longMessage() {
        let body = #"{"__type":"A","message":"\#(String(repeating: "é", count: 10_000))"}"#
        #expect(ServiceErrorAnswer(HTTPResponse(status: 400, body: Array(body.utf8))).message.count == 2000)
    }

    @Test("InvalidToken is a dead task for Step Functions and bad credentials elsewhere")
    func invalidToken() {
        #expect(ErrorVerdict(code: "InvalidToken", status: 400, service: .sfn).kind == .rejected)
        #expect(ErrorVerdict(code: "InvalidToken", status: 400, service: .s3).kind == .accessDenied)
    }
}
