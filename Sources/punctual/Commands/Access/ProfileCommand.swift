internal import ArgumentParser
internal import Foundation
internal import PunctualJSON

struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "List the servers that you have signed in to, and choose one.",
        discussion: """
            EXAMPLES
              punctual profile list
              punctual profile use staging
            """,
        subcommands: [ProfileList.self, ProfileUse.self, ProfileDelete.self])
}

struct ProfileList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List profiles; their tokens are not shown.",
        discussion: """
            EXAMPLES
              punctual profile list
            """)

    @OptionGroup var output: OutputOptions

    func run() throws {
        let known = try ProfileFile.required(ProcessInfo.processInfo.environment).read()
        let items = known.all.sorted { $0.key < $1.key }.map { name, profile -> JSONValue in
            [
                "name": .string(name), "current": .bool(name == known.current), "url": .string(profile.url),
                "user": profile.user.map(JSONValue.string) ?? .null, "signed_in": .bool(profile.tokens != nil),
            ]
        }
        output.show(items, as: .profiles)
    }
}

struct ProfileUse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use",
        abstract: "Make a profile the one that commands use.",
        discussion: """
            EXAMPLES
              punctual profile use staging
            """)

    @Argument(help: "The profile's name.")
    var name: String

    func run() async throws {
        try await ProfileFile.required(ProcessInfo.processInfo.environment).change { profiles in
            guard profiles.all[name] != nil else {
                throw Failure(.notFound, Connection.complaint(about: name, profiles))
            }
            profiles.current = name
        }
    }
}

struct ProfileDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Forget a profile and its tokens; `punctual logout` voids them first.",
        discussion: """
            EXAMPLES
              punctual profile delete staging
            """)

    @Argument(help: "The profile's name.")
    var name: String

    func run() async throws {
        try await ProfileFile.required(ProcessInfo.processInfo.environment).change { profiles in
            guard profiles.all.removeValue(forKey: name) != nil else {
                throw Failure(.notFound, Connection.complaint(about: name, profiles))
            }
            if profiles.current == name { profiles.current = nil }
        }
        Console.talk("deleted \(name)")
    }
}
