import Foundation
import PunctualCore
import PunctualJSON
import PunctualSchedule
import TestPeers
import Testing

@Suite("A PostgreSQL server without room", .timeLimit(.minutes(10)))
struct PostgresFullDiskTests {
    /// Mounts a small file system for the tables, in a mount namespace of its own, and starts a server there.
    private static let prepare = """
        set -e
        bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1); here=$PWD
        mount -t tmpfs -o size=96m tmpfs disk
        mkdir wal
        # The server refuses to run as root. Whoever is root of a namespace alone becomes himself again.
        if [ "$OWNER" = 0 ]; then
            chown postgres disk wal
            as_owner() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }
        else
            as_owner() { unshare --user --map-user=$OWNER --map-group=$GROUP "$@"; }
        fi
        cd disk
        as_owner $bin/initdb -D $here/disk/data -X $here/wal/pg -U punctual -A trust -E UTF8 --locale=C.UTF-8 \\
            --no-sync --no-instructions >/dev/null
        cat >> data/postgresql.conf <<END
        listen_addresses = '127.0.0.1'
        port = $PORT
        unix_socket_directories = ''
        END
        as_owner $bin/pg_ctl -D $here/disk/data -l $here/wal/log -s -w start
        cd $here
        set +e
        "$punctual" serve --port 0 --database-url "postgres://punctual@127.0.0.1:$PORT/postgres" >ready 2>faults & server=$!
        for turn in $(seq 600); do grep -q ready ready && break; sleep 0.1; done
        export PUNCTUAL_URL=$(grep -o 'http://[0-9.:]*' ready | head -n 1)
        """

    @Test("answers 503 for what it can't keep, keeps what was acknowledged, and goes on by itself when there is room")
    func fillsUp() async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder.path)/disk", withIntermediateDirectories: true)
            let script = """
                punctual='\(try Program.punctual())'
                \(Self.prepare)
                "$punctual" job create beat --every 1s --noop >/dev/null || exit 10
                text=$(head -c 1900 /dev/zero | tr '\\0' x)
                create() {
                    code=$(curl -s -o answer -w '%{http_code}' -H 'Content-Type: application/json' "$PUNCTUAL_URL/api/v1/jobs" \\
                        -d "{\\"name\\":\\"$1\\",\\"description\\":\\"$text\\",\\"schedule\\":{\\"type\\":\\"manual\\"},\\"target\\":{\\"type\\":\\"noop\\"}}")
                    if [ "$code" = 201 ]; then echo $1 >>acknowledged; else cat answer; echo; fi
                }
                create before; test $code = 201 || exit 11
                dd if=/dev/zero of=disk/fill bs=4k 2>/dev/null
                count=0; refused=0
                while [ $count -lt 2000 ] && [ $refused -lt 20 ]; do
                    create full-$count; count=$((count + 1))
                    if [ $code = 503 ]; then refused=$((refused + 1)); elif [ $code != 201 ]; then echo "code $code"; exit 12; fi
                done
                test $refused = 20 || exit 13
                kill -0 $server || exit 14
                test $(curl -s -o /dev/null -w '%{http_code}' "$PUNCTUAL_URL/health/live") = 200 || exit 15
                rm disk/fill
                for turn in $(seq 300); do create after-$turn >/dev/null; test $code = 201 && break; sleep 0.2; done
                test $code = 201 || exit 16
                "$punctual" job trigger before --wait --timeout 90s >/dev/null || exit 17
                "$punctual" job list --limit 10000 -o jsonl >jobs || exit 18
                sleep 4
                "$punctual" execution list beat --limit 1000 -o jsonl >beats || exit 19
                kill $server; wait $server || exit 20
                cd disk; as_owner $bin/pg_ctl -D $here/disk/data -s -m fast -w stop; cd ..
                """
            let namespace = getuid() == 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"]
            let said = try await Program.run(
                try Program.installed("unshare"),
                namespace + ["--kill-child", "--pid", "--mount-proc", "--fork", "/bin/sh", "-c", script], in: folder,
                environment: ["PORT": "\(try freePort())", "OWNER": "\(getuid())", "GROUP": "\(getgid())"])
            if said.err.contains("unshare:") || said.err.contains("mount:") {
                throw Missing(description: "this machine allows no small file system to test a full disk: \(said.err)")
            }
            #expect(said.status == 0, "\(said)\n\(folder.read("faults").suffix(4000))\n\(folder.read("wal/log"))")
            let problems = said.out.split(separator: "\n")
            #expect(problems.count == 20 && problems.allSatisfy { $0.contains("nothing was changed") }, "\(said)")
            #expect(folder.read("faults").contains("No space left on device"), "the log tells why")
            func names(_ file: String, _ field: String) throws -> [String] {
                try folder.read(file).split(separator: "\n").compactMap {
                    try JSONValue(parsing: String($0))[field]?.string
                }
            }
            let acknowledged = folder.read("acknowledged").split(separator: "\n").map(String.init)
            #expect(Set(try names("jobs", "name")) == Set(acknowledged + ["beat"]))
            // Each second has its row, also those in which there was no room for one.
            let beats = try names("beats", "scheduled_at").compactMap { Timestamp(rfc3339: $0) }.sorted()
            for (earlier, later) in zip(beats, beats.dropFirst()) { #expect(later - earlier == .seconds(1)) }
            #expect(beats.count > 3)
        }
    }
}
