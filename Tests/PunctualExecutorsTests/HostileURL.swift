/// URLs by which a job might reach what it must not, and why each is refused.
///
/// `PORT` stands for the port of a canary that listens on 127.0.0.1, 127.0.0.2 and ::1; `LONG` for a host of 254 bytes, `PART`
/// for a part of 64. Names are answered by `HostileURL.resolve`.
struct HostileURL: Sendable {
    let url: String
    /// A part of the refusal.
    let why: String

    static let all: [HostileURL] = groups.flatMap { why, urls in urls.map { HostileURL(url: $0, why: why) } }

    /// What the names lead to: a private address, for some beside a public one.
    static func resolve(_ name: String) -> [String] {
        switch name {
        case "example.com": ["93.184.216.34"]
        case "mixed.example": ["93.184.216.34", "127.0.0.1"]
        case "mixed6.example": ["2606:4700::1111", "93.184.216.34", "::1"]
        case "mapped.example": ["::ffff:127.0.0.1"]
        case "nat64.example": ["64:ff9b::7f00:1"]
        case "sixtofour.example": ["2002:7f00:1::"]
        case "zero.example": ["0.0.0.0"]
        case let name where name.hasPrefix("ip6"): ["::1"]
        case let name where name.hasPrefix("metadata"): ["169.254.169.254"]
        case let name where name.hasPrefix("kubernetes"): ["10.96.0.1"]
        default: ["127.0.0.1"]
        }
    }

    private static let groups: [(why: String, urls: [String])] = [
        (
            // Other schemes, and texts that only look like URLs.
            "is not http or https",
            [
                "", "x", "/etc/passwd", "//127.0.0.1:PORT/", "127.0.0.1:PORT", "localhost:PORT/",
                "ftp://127.0.0.1:PORT/", "file:///etc/passwd", "file://127.0.0.1/etc/passwd",
                "gopher://127.0.0.1:PORT/_GET%20/", "dict://127.0.0.1:PORT/info", "ldap://127.0.0.1:PORT/",
                "tftp://127.0.0.1:PORT/x", "sftp://127.0.0.1:PORT/", "jar:http://127.0.0.1:PORT!/x",
                "data:text/plain,hello", "javascript:alert(1)", "about:blank", "ws://127.0.0.1:PORT/",
                "wss://127.0.0.1:PORT/", "unix:///var/run/docker.sock", "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
                "https+unix://%2Fvar%2Frun%2Fdocker.sock/info", "http:127.0.0.1:PORT/", "http:/127.0.0.1:PORT/",
                "http//127.0.0.1:PORT/", "hxxp://127.0.0.1:PORT/", "httpss://127.0.0.1:PORT/",
                "url:http://127.0.0.1:PORT/", "view-source:http://127.0.0.1:PORT/", "netdoc:///etc/passwd",
                "phar://x/y",
                "expect://id", "php://input",
            ]
        ),
        (
            // White space, control characters, a second request in the first.
            "holds spaces, control characters, backslashes or non-ASCII characters",
            [
                " http://127.0.0.1:PORT/", "http://127.0.0.1:PORT/ ", "http://127.0.0.1 :PORT/",
                "http://127.0.0.1:PORT/\n", "http://127.0.0.1\t:PORT/", "ht\ntp://127.0.0.1:PORT/",
                "http://127.0.0.1:PORT/ HTTP/1.1\r\nx: y\r\n\r\nGET /", "http://127.0.0.1:PORT/\r\nhost:%20x",
                "http://\u{0}127.0.0.1:PORT/", "http://example.com\u{0}.127.0.0.1:PORT/",
                "http://127.0.0.1:PORT/\u{7F}",
                "\u{1}http://127.0.0.1:PORT/", "http://127.0.0.1:PORT/\u{B}", "http://example.com 127.0.0.1:PORT/",
            ]
        ),
        (
            // Backslashes, which some readers take for slashes.
            "holds spaces, control characters, backslashes or non-ASCII characters",
            [
                "http:\\\\127.0.0.1:PORT\\", "http://example.com\\@127.0.0.1:PORT/",
                "http://127.0.0.1:PORT\\.example.com/", "http://example.com\\.127.0.0.1:PORT/",
                "http:/\\127.0.0.1:PORT/", "\\\\127.0.0.1:PORT\\",
            ]
        ),
        (
            // Digits, dots and letters of other scripts that some readers fold into ASCII.
            "holds spaces, control characters, backslashes or non-ASCII characters",
            [
                "http://１２７.０.０.１:PORT/", "http://①②⑦.⓪.⓪.①:PORT/", "http://١٢٧.٠.٠.١:PORT/", "http://𝟏𝟐𝟕.𝟎.𝟎.𝟏:PORT/",
                "http://127。0。0。1:PORT/", "http://127．0．0．1:PORT/", "http://127｡0｡0｡1:PORT/", "http://ｌｏｃａｌｈｏｓｔ:PORT/",
                "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", "http://exаmple.com:PORT/", "http://gооgle.com:PORT/",
                "http://ex\u{E4}mple.com:PORT/", "http://exa\u{308}mple.com:PORT/", "http://127.0.0.1\u{200B}:PORT/",
                "http://local\u{AD}host:PORT/", "http://\u{202E}1.0.0.721:PORT/", "\u{FEFF}http://127.0.0.1:PORT/",
                "http://127.0.0.1\u{A0}:PORT/", "http://127.0.0.1：PORT/", "http://example.com＠127.0.0.1:PORT/",
                "http://example.com∕@127.0.0.1:PORT/", "http://127.0.0.1:PORT／", "http://faß.example:PORT/",
                "http://\u{212A}ubernetes.default.svc:PORT/", "http://℡.example:PORT/", "http://127.0.0.½:PORT/",
                "http://\u{1F4A9}.example:PORT/", "hｔtp://127.0.0.1:PORT/",
            ]
        ),
        (
            // What stands before an @.
            "carries a user name",
            [
                "http://user@127.0.0.1:PORT/", "http://user:pw@127.0.0.1:PORT/", "http://@127.0.0.1:PORT/",
                "http://:@127.0.0.1:PORT/", "http://example.com@127.0.0.1:PORT/",
                "http://example.com:80@127.0.0.1:PORT/", "http://127.0.0.1:PORT@example.com/",
                "http://a@b@127.0.0.1:PORT/", "http://example.com%2f@127.0.0.1:PORT/", "http://user@[::1]:PORT/",
                "http://[::1]@127.0.0.1:PORT/", "https://example.com&@127.0.0.1:PORT/",
                "http://example.com;@127.0.0.1:PORT/", "http://%40@127.0.0.1:PORT/",
            ]
        ),
        (
            // Hosts that are missing, escaped, or hold what no name holds.
            "has no plain host name",
            [
                "http://", "https://", "http:///127.0.0.1:PORT/", "http://:PORT/", "http://?127.0.0.1:PORT",
                "http://#127.0.0.1:PORT", "http://.:PORT/", "http://...:PORT/", "http://%31%32%37.0.0.1:PORT/",
                "http://127%2e0%2e0%2e1:PORT/", "http://127.0.0.1%00.example.com:PORT/", "http://localhost%00:PORT/",
                "http://%6c%6f%63%61%6c%68%6f%73%74:PORT/", "http://127.0.0.1%2f.example.com:PORT/",
                "http://127.0.0.1%09:PORT/", "http://127.0.0.1%:PORT/", "http://example.com,127.0.0.1:PORT/",
                "http://$HOME:PORT/", "http://{127.0.0.1}:PORT/", "http://127.0.0.1|x:PORT/",
                "http://ex*mple.com:PORT/",
                "http://<127.0.0.1>:PORT/", "http://~127.0.0.1:PORT/", "http://::1:PORT/", "http://127.0.0.1;x:PORT/",
                "http://(127.0.0.1):PORT/", "http://127.0.0.1^:PORT/", "http://'127.0.0.1':PORT/", "http://LONG:PORT/",
            ]
        ),
        (
            // Names that no name server knows.
            "empty or overlong part",
            [
                "http://example..com:PORT/", "http://.example.com:PORT/", "http://.127.0.0.1:PORT/",
                "http://127..0.0.1:PORT/", "http://PART.example.com:PORT/",
            ]
        ),
        (
            // IPv4 addresses in decimal, octal and hexadecimal, short and long.
            "half a number",
            [
                "http://2130706433:PORT/", "http://2852039166:PORT/", "http://4294967295:PORT/",
                "http://4294967296:PORT/", "http://017700000001:PORT/", "http://0x7f000001:PORT/",
                "http://0X7F000001:PORT/", "http://0xa9fea9fe:PORT/", "http://0x100000000:PORT/",
                "http://0177.0.0.1:PORT/", "http://0177.0.0.01:PORT/", "http://00000177.0.0.1:PORT/",
                "http://0x7f.0.0.1:PORT/", "http://0x7f.0x0.0x0.0x1:PORT/", "http://127.0.0.0x1:PORT/",
                "http://0x7f.1:PORT/", "http://0177.1:PORT/", "http://127.1:PORT/", "http://127.0.1:PORT/",
                "http://127.0x1:PORT/", "http://127.0.0.01:PORT/", "http://127.000.000.001:PORT/",
                "http://0127.0.0.1:PORT/", "http://127.0.0.256:PORT/", "http://383.0.0.1:PORT/",
                "http://127.0.0.1.1:PORT/", "http://127.65536:PORT/", "http://169.254.43518:PORT/",
                "http://169.16689662:PORT/", "http://0:PORT/", "http://1:PORT/", "http://0x:PORT/", "http://0x0:PORT/",
                "http://00:PORT/", "http://example.127:PORT/", "http://127.1.:PORT/", "http://2130706433.:PORT/",
                "http://999.1.1.1:PORT/",
            ]
        ),
        (
            // Brackets around something else, and zones.
            "no IPv6 address in its brackets",
            [
                "http://[]:PORT/", "http://[127.0.0.1]:PORT/", "http://[localhost]:PORT/",
                "http://[fe80::1%25eth0]:PORT/", "http://[fe80::1%eth0]:PORT/", "http://[::1%25lo]:PORT/",
                "http://[::1%lo]:PORT/", "http://[fe80::1%25]:PORT/", "http://[%3a%3a1]:PORT/", "http://[v1.::1]:PORT/",
                "http://[::1.2.3.4.5]:PORT/", "http://[::ffff:0177.0.0.1]:PORT/", "http://[0x::1]:PORT/",
                "http://[:::1]:PORT/", "http://[::1::]:PORT/", "http://[::00001]:PORT/", "http://[::ffff:127.1]:PORT/",
                "http://[[::1]]:PORT/",
            ]
        ),
        (
            // Brackets that do not close.
            "unclosed [",
            [
                "http://[::1", "http://[::1/64]:PORT/", "http://[::1:PORT/", "http://[/", "http://[::1?]:PORT/",
            ]
        ),
        (
            // Text behind brackets.
            "text behind its brackets",
            [
                "http://[::1]x:PORT/", "http://[::1]]:PORT/", "http://[::1].example.com:PORT/",
                "http://[::1]127.0.0.1:PORT/",
            ]
        ),
        (
            // Ports.
            "port that is not from 1 to 65535",
            [
                "http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://127.0.0.1:-1/", "http://127.0.0.1:+PORT/",
                "http://127.0.0.1:8x/", "http://127.0.0.1:0x1F90/", "http://127.0.0.1:PORT:PORT/",
                "http://127.0.0.1:99999999999999999999/", "http://127.0.0.1:%38%30/", "http://[::1]:0/",
                "http://[::1]:x/", "http://example.com:80:80/",
            ]
        ),
        (
            // The first and last address of each special range of IPv4 (IANA), and the addresses of clouds' metadata.
            "which is not a public address",
            [
                "http://127.0.0.1:PORT/", "http://127.0.0.2:PORT/", "http://127.255.255.254:PORT/",
                "http://0.0.0.0:PORT/", "http://0.255.255.255:PORT/", "http://10.0.0.0:PORT/",
                "http://10.255.255.255:PORT/", "http://100.64.0.0:PORT/", "http://100.100.100.200:PORT/",
                "http://100.127.255.255:PORT/", "http://168.63.129.16:PORT/", "http://169.254.0.0:PORT/",
                "http://169.254.169.123:PORT/", "http://169.254.169.253:PORT/", "http://169.254.169.254:PORT/",
                "http://169.254.170.2:PORT/", "http://169.254.255.255:PORT/", "http://172.16.0.0:PORT/",
                "http://172.31.255.255:PORT/", "http://192.0.0.0:PORT/", "http://192.0.0.8:PORT/",
                "http://192.0.0.9:PORT/", "http://192.0.0.10:PORT/", "http://192.0.0.170:PORT/",
                "http://192.0.0.192:PORT/", "http://192.0.0.255:PORT/", "http://192.0.2.0:PORT/",
                "http://192.0.2.255:PORT/", "http://192.31.196.0:PORT/", "http://192.31.196.255:PORT/",
                "http://192.52.193.0:PORT/", "http://192.52.193.255:PORT/", "http://192.88.99.0:PORT/",
                "http://192.88.99.2:PORT/", "http://192.88.99.255:PORT/", "http://192.168.0.0:PORT/",
                "http://192.168.255.255:PORT/", "http://192.175.48.0:PORT/", "http://192.175.48.255:PORT/",
                "http://198.18.0.0:PORT/", "http://198.19.255.255:PORT/", "http://198.51.100.0:PORT/",
                "http://198.51.100.255:PORT/", "http://203.0.113.0:PORT/", "http://203.0.113.255:PORT/",
                "http://224.0.0.0:PORT/", "http://239.255.255.255:PORT/", "http://240.0.0.0:PORT/",
                "http://255.255.255.254:PORT/", "http://255.255.255.255:PORT/",
            ]
        ),
        (
            // Special ranges of IPv6 (IANA), and the IPv4 addresses that mapped, compatible, NAT64, 6to4 and Teredo ones stand for.
            "which is not a public address",
            [
                "http://[::]:PORT/", "http://[::1]:PORT/", "http://[0:0:0:0:0:0:0:1]:PORT/",
                "http://[::127.0.0.1]:PORT/", "http://[::7f00:2]:PORT/", "http://[::169.254.169.254]:PORT/",
                "http://[::ffff:127.0.0.1]:PORT/", "http://[::ffff:127.0.0.2]:PORT/", "http://[::ffff:7f00:1]:PORT/",
                "http://[::FFFF:7F00:0001]:PORT/", "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
                "http://[::ffff:10.0.0.1]:PORT/", "http://[::ffff:169.254.169.254]:PORT/",
                "http://[::ffff:0.0.0.0]:PORT/", "http://[::ffff:93.184.216.34]:PORT/",
                "http://[::ffff:0:127.0.0.1]:PORT/", "http://[64:ff9b::127.0.0.1]:PORT/",
                "http://[64:ff9b::a9fe:a9fe]:PORT/", "http://[64:ff9b::a00:1]:PORT/",
                "http://[64:ff9b::93.184.216.34]:PORT/", "http://[64:ff9b:1::]:PORT/",
                "http://[64:ff9b:1:ffff:ffff:ffff:ffff:ffff]:PORT/", "http://[64:ff9b:1::7f00:1]:PORT/",
                "http://[100::]:PORT/", "http://[100::ffff:ffff:ffff:ffff]:PORT/", "http://[100:0:0:1::]:PORT/",
                "http://[2001::]:PORT/", "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:PORT/",
                "http://[2001:0:5db8:d822::3f57:fefe]:PORT/", "http://[2001:1::1]:PORT/", "http://[2001:1::2]:PORT/",
                "http://[2001:1::3]:PORT/", "http://[2001:2::]:PORT/", "http://[2001:3::]:PORT/",
                "http://[2001:4:112::]:PORT/", "http://[2001:10::]:PORT/", "http://[2001:20::]:PORT/",
                "http://[2001:30::]:PORT/", "http://[2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff]:PORT/",
                "http://[2001:db8::]:PORT/", "http://[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:PORT/",
                "http://[2002::]:PORT/", "http://[2002:7f00:1::]:PORT/", "http://[2002:a9fe:a9fe::1]:PORT/",
                "http://[2002:c0a8:101::]:PORT/", "http://[2002:5db8:d822::]:PORT/", "http://[2620:4f:8000::]:PORT/",
                "http://[2620:4f:8000:ffff:ffff:ffff:ffff:ffff]:PORT/", "http://[3fff::]:PORT/",
                "http://[3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff]:PORT/", "http://[4000::]:PORT/",
                "http://[5f00::]:PORT/", "http://[5f00:ffff::1]:PORT/", "http://[fc00::]:PORT/",
                "http://[fd00:ec2::254]:PORT/", "http://[fd20:ce::254]:PORT/",
                "http://[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:PORT/", "http://[fe80::1]:PORT/",
                "http://[fe80::a9fe:a9fe]:PORT/", "http://[febf::]:PORT/", "http://[fec0::1]:PORT/",
                "http://[feff::1]:PORT/", "http://[ff00::]:PORT/", "http://[ff02::1]:PORT/", "http://[ff05::1:3]:PORT/",
                "http://[ff0e::1]:PORT/", "http://[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:PORT/",
            ]
        ),
        (
            // Private addresses in other writing.
            "which is not a public address",
            [
                "HTTP://127.0.0.1:PORT/", "hTTpS://127.0.0.1:PORT/", "http://127.0.0.1.:PORT/",
                "http://127.0.0.1..:PORT/", "https://127.0.0.1:PORT/", "http://127.0.0.1:PORT",
                "http://127.0.0.1:PORT?x=@example.com", "http://127.0.0.1:PORT#@example.com/",
                "http://127.0.0.1:PORT/../../x", "http://127.0.0.1:0PORT/", "http://127.0.0.1", "https://[::1]",
                "http://[::1]:", "http://127.0.0.1:", "http://[::1]:PORT?example.com",
                "http://127.0.0.1/http://example.com/",
            ]
        ),
        (
            // Names that lead to private addresses, all or one of them.
            "which is not a public address",
            [
                "http://localhost:PORT/", "http://LOCALHOST:PORT/", "http://LocalHost:PORT/", "http://localhost.:PORT/",
                "http://a.localhost:PORT/", "http://localhost.localdomain:PORT/", "http://ip6-localhost:PORT/",
                "http://ip6-loopback:PORT/", "http://broadcasthost:PORT/", "http://metadata:PORT/",
                "http://metadata.google.internal:PORT/", "http://METADATA.GOOGLE.INTERNAL.:PORT/",
                "http://metadata.goog:PORT/", "http://instance-data:PORT/", "http://instance-data.ec2.internal:PORT/",
                "http://metadata.tencentyun.com:PORT/", "http://metadata.azure.internal:PORT/",
                "http://rancher-metadata:PORT/", "http://kubernetes:PORT/", "http://kubernetes.default.svc:PORT/",
                "http://kubernetes.default.svc.cluster.local:PORT/", "http://host.docker.internal:PORT/",
                "http://gateway.docker.internal:PORT/", "http://consul.service.consul:PORT/", "http://vault:PORT/",
                "http://router:PORT/", "http://wpad:PORT/", "http://db_1:PORT/", "http://127.0.0.1.nip.io:PORT/",
                "http://127-0-0-1.sslip.io:PORT/", "http://7f000001.nip.io:PORT/", "http://localtest.me:PORT/",
                "http://lvh.me:PORT/", "http://169.254.169.254.xip.example:PORT/",
                "http://xn--local-host.example:PORT/",
                "http://mixed.example:PORT/", "http://mixed6.example:PORT/", "http://mapped.example:PORT/",
                "http://nat64.example:PORT/", "http://sixtofour.example:PORT/", "http://zero.example:PORT/",
                "http://127.0.0.1e0:PORT/", "http://0x7f.example:PORT/",
            ]
        ),
    ]
}
