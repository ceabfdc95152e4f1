import Foundation
import PunctualJSON
import Testing

@Suite("A full disk", .timeLimit(.minutes(10)))
struct FullDiskTests {
    /// Runs the script as root of a mount namespace of its own, in which `disk` is a small file system.
    private func withSmallDisk(_ script: String, in folder: Folder) async throws -> Said {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/disk", withIntermediateDirectories: true)
        let whole =
            "set -e; mount -t tmpfs -o size=2m tmpfs disk; set +e; punctual='\(try Program.punctual())'\n\(script)"
        let said = try await Program.run(
            try Program.installed("unshare"), ["--mount", "--map-root-user", "/bin/sh", "-c", whole], in: folder)
        if said.err.contains("unshare:") || said.err.contains("mount:") {
            throw Missing(description: "this machine allows no small file system to test a full disk: \(said.err)")
        }
        return said
    }

    @Test("a node that can't write its tables says so in one line")
    func start() async throws {
        try await withFolder { folder in
            let said = try await withSmallDisk(
                """
                dd if=/dev/zero of=disk/fill bs=1k count=2040 2>/dev/null
                exec "$punctual" dev --port 0 --database-url sqlite:disk/jobs.sqlite
                """, in: folder)
            #expect(said.status == 1 && said.out.isEmpty && said.faults.count == 1, "\(said)")
            #expect(said.err.contains("full"), "\(said)")
        }
    }

    @Test("a disk that fills up refuses what it can't keep, keeps what it took, and works again when there is room")
    func fillsUp() async throws {
        try await withFolder { folder in
            let said = try await withSmallDisk(
                """
                "$punctual" dev --port 0 --database-url sqlite:disk/jobs.sqlite > ready 2> faults & server=$!
                for turn in $(seq 600); do grep -q ready ready && break; sleep 0.1; done
                export PUNCTUAL_URL=$(grep -o 'http://[0-9.:]*' ready | head -n 1)
                "$punctual" job create before --manual --noop >/dev/null || exit 10
                dd if=/dev/zero of=disk/fill bs=1k 2>/dev/null
                count=0; while [ $count -lt 400 ]; do
                    "$punctual" job create full-$count --manual --noop --label text=$(head -c 200 /dev/zero | tr '\\0' x) \
                        -o json >taken 2>refused || break
                    grep '"name"' taken >> acknowledged; count=$((count + 1))
                done
                cat refused
                "$punctual" job get before -q >/dev/null || exit 11
                kill -0 $server || exit 12
                ready() { curl -s -o /dev/null -w '%{http_code}' "$PUNCTUAL_URL/health/ready"; }
                for turn in $(seq 600); do test $(ready) = 503 && break; sleep 0.1; done
                test $(ready) = 503 || exit 16
                rm disk/fill
                for turn in $(seq 600); do test $(ready) = 200 && break; sleep 0.1; done
                test $(ready) = 200 || exit 17
                "$punctual" job create after --manual --noop >/dev/null || exit 13
                "$punctual" job trigger after --wait >/dev/null || exit 14
                "$punctual" job list --limit 1000 -o jsonl > jobs
                kill $server; wait $server || exit 15
                """, in: folder)
            #expect(said.status == 0, "\(said)\n\(folder.read("faults"))")
            #expect(said.out.hasPrefix("punctual: ") && said.out.contains("nothing was changed"), "\(said)")
            let names = Set(
                try folder.read("jobs").split(separator: "\n").map { try JSONValue(parsing: String($0))["name"] })
            let taken = folder.read("acknowledged").split(separator: "\n").count
            #expect(names.isSuperset(of: ["before", "after"]) && names.count == taken + 2, "\(taken) taken: \(names)")
        }
    }
}
