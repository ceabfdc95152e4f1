package import Foundation

/// A certificate authority and a server's certificate of it, made by openssl in a folder.
package struct Certificates {
    package let authority: URL
    package let certificate: URL
    package let key: URL

    /// - Parameters:
    ///   - host: the one name that the certificate is for.
    ///   - address: that it is for as well; nil for none.
    package init(in folder: URL, host: String = "localhost", address: String? = nil) throws {
        let names = "DNS:\(host)" + (address.map { ",IP:\($0)" } ?? "")
        func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
        (authority, certificate, key) = (file("ca.crt"), file("server.crt"), file("server.key"))
        func openssl(_ arguments: [String]) throws { try runTool("/usr/bin/openssl", arguments) }
        try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj",
            "/CN=test authority", "-keyout", file("ca.key").path, "-out", authority.path,
        ])
        try openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(host)",
            "-addext",
            "subjectAltName=\(names)", "-keyout", key.path, "-out", file("server.csr").path,
        ])
        try openssl([
            "x509", "-req", "-in", file("server.csr").path, "-CA", authority.path, "-CAkey", file("ca.key").path,
            "-CAcreateserial", "-days", "2", "-copy_extensions", "copy", "-out", certificate.path,
        ])
        if getuid() == 0 { try runTool("/usr/bin/env", ["chown", "postgres", key.path]) }
        try runTool("/usr/bin/env", ["chmod", "600", key.path])
    }
}
