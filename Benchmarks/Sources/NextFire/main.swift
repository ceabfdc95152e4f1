// How many times a second one core answers "when is this due next?" for the workload, each answer taken as the next
// question, so that the walk crosses every kind of clock change in four zones.
//
// Prints `next_fire_per_second <n>`; an optional argument is the number of seconds to measure.

import PunctualSchedule

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

func zone(_ name: String) -> ZoneRules {
    if name == "UTC" { return .utc }
    var bytes: [UInt8] = []
    if let file = fopen("/usr/share/zoneinfo/\(name)", "rb") {
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        fclose(file)
    }
    do {
        return try ZoneRules(name: name, tzif: bytes)
    } catch {
        print("\(error) (is tzdata installed?)")
        exit(1)
    }
}

func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"].map(zone)
var schedules: [Schedule] = []
for (index, text) in workload.enumerated() {
    do {
        let expression = try CronExpression(text, hashKey: UInt64(index))
        schedules.append(.cron(try CronSchedule(expression: expression, zone: zones[index % zones.count])))
    } catch {
        print(error.explanation)
        exit(1)
    }
}

let budget = CommandLine.arguments.count > 1 ? Double(CommandLine.arguments[1]) ?? 3 : 3
/// 2026-01-01T00:00:00Z, and the instant at which a walk begins anew so that all of them stay in use.
let start = Timestamp(seconds: 1_767_225_600)
let end = Timestamp(seconds: 4_102_444_800)
var instants = [Timestamp](repeating: start, count: schedules.count)
var answers = 0
var checksum: Int64 = 0
let began = seconds()
while seconds() - began < budget {
    for index in schedules.indices {
        var instant = instants[index]
        for _ in 0..<100 {
            guard let next = schedules[index].next(after: instant), next < end else {
                instant = start
                continue
            }
            instant = next
            checksum &+= next.milliseconds
        }
        instants[index] = instant
        answers += 100
    }
}
let took = seconds() - began
print("next_fire_per_second \(Int(Double(answers) / took))")
print("expressions \(schedules.count)  answers \(answers)  seconds \(took)  checksum \(checksum)")
