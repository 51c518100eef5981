"""Unusual texts for every place of a request: ids, query options, headers."""

from __future__ import annotations

from support import INSTANCE

WIDE = "00000000-0000-4000-8000-000000000500"
ROOM = f"instances/{INSTANCE}"
CUSTOMERS, ADA, PURCHASES = f"{ROOM}/data/Customer", f"{ROOM}/data/Customer/ada", f"{ROOM}/data/Shop_Purchases"
IDS = (
    "..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5c", "%252e%252e", "%00", "ada%00", "%0d%0aX-Evil:%201",
    "%7C", "ada%7C", "%7Cada", "~", "~Crm_Contacts%7Cc1", "ada%7Cu-x", "%27%20OR%20%271%27=%271", "%22;DROP%20TABLE",
    "%27;--", "*", "%25", "_", "%ff", "%c0%af", "%ed%a0%80", "%f0%9f%98%80", "%e2%80%ae", "%EF%BB%BF", "a" * 10_000,
    "%41" * 5_000, "%5c", "%3f", "%23", "$batch", "$metadata", "(1)", "('ada')", "{customerId}", "${jndi:x}", "a;b=c",
    f"{WIDE}%7Cada", "%20", "%09", "+", "ada.json", "profile", "null", "undefined", "-1", "9" * 400, "%E0%A4%A",
)  # fmt: skip
PLACES = (
    "instances/{}", "instances/{}/data/Customer", f"{ROOM}/data/Customer/{{}}", f"{ROOM}/data/Customer/{{}}/card",
    f"{ROOM}/data/{{}}/x", f"{ROOM}/data/UnifiedActivity/{{}}", f"{ROOM}/manage/entities/{{}}", f"{ROOM}/card/{{}}",
    f"{ROOM}/manage/entities/{{}}/schema", f"{ROOM}/workflows/main/jobs/{{}}", f"{ROOM}/workflows/{{}}/status",
    f"{ROOM}/workflows/main/jobs/{{}}/rejected", f"{ROOM}/profile/timeline?customerId={{}}", "pages/{}",
    f"{ROOM}/profile/activityresponsemetadata?customerId={{}}", f"{ROOM}/triggers/updatedprofiles?state={{}}",
    f"{ROOM}/profile/keyring?dataSourceName=Crm&entityName=Contacts&key={{}}", f"{ROOM}/changes?before={{}}",
    f"{ROOM}/profile/keyring?dataSourceName={{}}&entityName=Contacts%7Cc1&key=c1", f"{ROOM}/usage?groupBy={{}}",
)  # fmt: skip
WRITES = (
    ("PATCH", f"{ROOM}/data/Customer/{{}}", b'{"City": "a"}'),
    ("POST", f"{ROOM}/data/{{}}", b'{"PurchaseId": "1"}'),
    ("PUT", f"{ROOM}/rbac/principals/{{}}/assignment", b'{"principalType": "user"}'),
    ("DELETE", f"{ROOM}/rbac/principals/{{}}/assignment", b""),
    ("POST", f"{ROOM}/apikeys/{{}}/primary", b""),
    ("DELETE", f"{ROOM}/apikeys/viewer/{{}}", b""),
)
FILTERS = (
    "(" * 1_990 + "City eq 'a'" + ")" * 1_990, "(" * 3_000, "not " * 900 + "City eq 'a'", "tolower(" * 400 + "City",
    "(" * 100_000 + ")" * 100_000, " or ".join(["City eq 'a'"] * 10_000), " or ".join(["City eq 'a'"] * 260),
    " or ".join(["contains(City,'a')"] * 180), "City in (" + ",".join(["'a'"] * 900) + ")", "City eq '" + "a" * 3_900,
    "City" + " " * 3_900 + "eq 'a'", "City eq '" + "''" * 1_900 + "'", "Points eq " + "9" * 3_900, "Points gt 1e400",
    "Points gt 9223372036854775808", "Points lt -9223372036854775809", "Points in (1, 18446744073709551616)",
    "Value eq 1e308", "Value eq -1e-400", "Value eq " + "9" * 400, "Value gt " + "-" * 1_000 + "1", "Points eq NaN",
    "City eq 'a' or 1 eq 1", "City eq ''; DROP TABLE profiles; --'", "City eq 'a' UNION SELECT * FROM c",
    "c.pk ne null", "City eq '\ud800'", "City eq 'a\0b'", "contains(City,'%')", "contains(City,'_')",
    "startswith(City,'\\')", "tolower() eq 'a'", "tolower(City,City) eq 'a'", "contains()", "contains(City)",
    "contains('a','b')", "contains(tolower(City),tolower('a'))", "cast(City,'Edm.Int32') eq 1", "City/any(x:x eq 1)",
    "$it/City eq 'a'", "City eq City", "'a' eq 'a'", "null eq null", "City eq null and", "City add 1 eq 2",
    "Points add 1e308 mul 1e308 eq 1", "length(City) gt 1", "matchesPattern(City,'(a+)+$')", "BirthDate eq 0000-00-00",
    "BirthDate eq 9999-99-99", "LastVisit gt 9999-12-31T23:59:59-23:59", "LastVisit gt 2026-02-30T00:00:00Z",
    "Opens eq 25:61:61", "Token eq 00000000-0000-0000-0000-00000000000g", "Token eq " + "f" * 3_000,
    "duration'P" + "9" * 900 + "D' eq 1", "OptIn gt true", "Points eq true", "City eq 1", "Points eq 'a'",
    "\u202eCity eq 'a'", "City eq 'a' #", 'City eq "a"', "", " ", "CustomerId eq 'ada' or instanceId ne ''",
    "__proto__ eq 'a'", "City in ()", "City in ('a'", "City in (City)", "-City eq 1", "geography'POINT(1 1)' eq City",
    "City eq @p", "City has 'a'", "not not not City eq 'a'", "not (City)", "1", "'", "(", ")",
    "a/" * 1_990 + "b eq 1", "City eq 'a' and " + "a/" * 1_900 + "b", "'" + "a/" * 1_900,
)  # fmt: skip
OPTIONS = (
    ("$top", "9" * 5_000), ("$top", "-1"), ("$top", "1e3"), ("$top", "٣"), ("$top", "0x10"), ("$skip", "10001"),
    ("$skip", "NaN"), ("$orderby", "City; DROP TABLE profiles"), ("$orderby", "City,City"),
    ("$orderby", "City " + " " * 3_000 + "desc"), ("$orderby", "(SELECT 1)"), ("$orderby", "random()"),
    ("$select", "*"), ("$select", "City," * 900 + "City"), ("$select", ",,,"), ("$select", "../../x"),
    ("$search", '"' * 3_999), ("$search", '"a" ' * 900), ("$search", "a " * 1_900), ("$search", "%"), ("$search", "\0"),
    ("$search", "\ud800"), ("$search", "İ" * 1_000), ("$count", "1"), ("$count", "true' or '1"),
    ("$expand", "UnifiedActivity(" * 300 + ")" * 300), ("$expand", "Customer"), ("$apply", "aggregate(x)"),
    ("$format", "xml"), ("$compute", "1 div 0 as X"), ("proxy", "http://169.254.169.254/"),
    ("$skiptoken", "a" * 15_999), ("$skiptoken", "=" * 1_000),
)  # fmt: skip
TIMINGS = (
    ("validFor", "P" + "1" * 50_000 + "D"), ("validFor", "PT999999999S"), ("validFor", "P999999W"), ("validFor", "P1Y"),
    ("validFor", "PT" + "1S" * 9_000), ("validFor", "P-1D"), ("validFor", "٣"), ("validUntil", "0"),
    ("validUntil", "now()"), ("validUntil", "9999-12-31T23:59:59-23:59"),
    ("validUntil", "2026-11-24T09:30:00." + "0" * 50_000 + "Z"), ("occurredAt", "0001-01-01T00:00:00+23:59"),
    ("occurredAt", "2026-11-24 09:30:00Z"), ("occurredAt", "1e400"), ("occurredAt", "-2026-11-24T09:30:00Z"),
    ("caller", "\0"), ("caller", "\ud800"), ("caller", "a" * 60_000), ("caller", "\r\nSet-Cookie: a=b"),
    ("caller", "a|b~c"),
)  # fmt: skip
HEADERS = (
    b"Repeatability-Request-ID: \xff\xfe", b"Repeatability-Request-ID: a/b|c~d",
    b"Repeatability-Request-ID: " + b"a" * 129, b"Repeatability-Request-ID: ../../x",
    b"Repeatability-Request-ID: a\x00b", b"Repeatability-Request-ID:", b"Prefer: " + b"," * 9_000,
    b"Prefer: return=representation; return=minimal", b"If-None-Match: " + b'"a",' * 10_000, b"If-None-Match: W/W/W/*",
    b"Authorization: Bearer " + b"." * 50_000, b"Authorization: " + b"Basic " * 1_000,
    b"Ocp-Apim-Subscription-Key: " + b"a." * 9_000, b"traceparent: 00-" + b"f" * 9_000, b"traceparent: 00-0-0-0",
    b"Cookie: " + b"a=b; " * 2_000, b"X: " + b"a" * 60_000, b"Content-Type: application/json; charset=" + b"a" * 9_000,
    b"Content-Type: " + b"application/json;" * 900, b"Content-Type: multipart/form-data; boundary=x",
    b"Accept: " + b"*/*;q=0.1," * 3_000, b"X-Forwarded-Host: evil.example", b"X-HTTP-Method-Override: DELETE",
    b"X-MS-CLIENT-PRINCIPAL: e30=", b"Expect: 200-nothing", b"Upgrade: websocket\r\nConnection: Upgrade",
    b"Range: bytes=0-0,1-1," + b"2-2," * 900, b"\r\n".join(b"X-%d: a" % n for n in range(1_000)),
)  # fmt: skip
PATHS = (
    "", "/", "//", "../api/health", "%2e%2e/health", "a" * 60_000, "/".join("a" * 20_000), "instances//data",
)  # fmt: skip
QUERIES = (
    "%", "%%", "&" * 20_000, "=" * 20_000, "a=1&" * 5_000, "%ff=%ff", "$filter=%ed%a0%80", "$top=1&$top=2", ";" * 9_000,
    "&".join(f"a{n}=1" for n in range(9_000)),
)  # fmt: skip
TOKENS = (
    "null", "[]", "{}", '["a"]', "[[],1]", '[1e400,"a"]', '["\\u0000"]', '["\\ud800","x"]', "[" * 9_000, "9" * 9_000,
)  # fmt: skip
NO_REQUESTS = (
    b"", b"\r\n", b"\x00" * 9_000, b"GET / HTTP/1.1", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"A" * 100_000,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)  # fmt: skip
