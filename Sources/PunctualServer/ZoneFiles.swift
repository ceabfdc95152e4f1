package import PunctualSchedule

/// The system's zone files.
package enum ZoneFiles {
    /// Where zone files lie on Debian and most other systems.
    package static let directory = "/usr/share/zoneinfo"

    /// A catalog that reads each zone once from the system's files.
    package static func catalog(directory: String = ZoneFiles.directory) -> ZoneCatalog {
        // The catalog has refused names that lead out of the folder.
        ZoneCatalog { name in readFile("\(directory)/\(name)", limit: 1 << 20) }
    }
}
