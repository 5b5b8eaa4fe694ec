#!/usr/bin/env python3
"""Signs requests with botocore: one JSON object a line in FILE, one JSON object a line out, in order.

In:  {method, scheme, host, path, query, headers: [[name, value]], body (base64), service, region, form: header | query,
      accessKey, secretKey, token, timestamp (20150830T123600Z), expires, oddQuery}
Out: {canonicalRequest, stringToSign, signature}

Two things are done for botocore because it leaves them to whoever calls it:
- Fields that must never be signed are hidden from it. Up to 1.40 its own list has only four of them; 1.44 has them all.
- With oddQuery the query is decoded and encoded again first. botocore signs a URL's query as it stands, since its own
  serialiser only writes canonical ones, while the services decode and encode what arrives, and refuse what was signed raw.
"""
import base64
import datetime
import json
import sys
import urllib.parse

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NEVER_SIGNED = {
    "connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
    "x-amzn-trace-id", "traceparent", "tracestate", "baggage",
}
AUTHS = {
    ("header", False): botocore.auth.SigV4Auth,
    ("header", True): botocore.auth.S3SigV4Auth,
    ("query", False): botocore.auth.SigV4QueryAuth,
    ("query", True): botocore.auth.S3SigV4QueryAuth,
}


def canonical(query):
    parts = []
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        parts.append("=".join(urllib.parse.quote(urllib.parse.unquote_to_bytes(p), safe="-_.~") for p in (key, value)))
    return "&".join(parts)


def sign(case):
    now = datetime.datetime.strptime(case["timestamp"], "%Y%m%dT%H%M%SZ")
    botocore.auth.get_current_datetime = lambda *_, **__: now
    credentials = Credentials(case["accessKey"], case["secretKey"], case.get("token"))
    arguments = [credentials, case["service"], case["region"]]
    if case["form"] == "query":
        arguments.append(case["expires"])
    auth = AUTHS[(case["form"], case["service"] == "s3")](*arguments)
    query = canonical(case["query"]) if case["oddQuery"] and case["query"] else case["query"]
    url = f"{case['scheme']}://{case['host']}{case['path']}" + (f"?{query}" if query else "")
    request = AWSRequest(method=case["method"], url=url, data=base64.b64decode(case["body"]))
    for name, value in case["headers"]:
        if name.lower() not in NEVER_SIGNED and not name.lower().startswith("proxy-"):
            request.headers.add_header(name, value)
    seen = {}
    string_to_sign, signature = auth.string_to_sign, auth.signature

    def record_text(request, canonical_request):
        seen["canonicalRequest"] = canonical_request
        seen["stringToSign"] = string_to_sign(request, canonical_request)
        return seen["stringToSign"]

    def record_signature(*given):
        seen["signature"] = signature(*given)
        return seen["signature"]

    auth.string_to_sign, auth.signature = record_text, record_signature
    auth.add_auth(request)
    return seen


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            print(json.dumps(sign(json.loads(line))))


if __name__ == "__main__":
    main()
