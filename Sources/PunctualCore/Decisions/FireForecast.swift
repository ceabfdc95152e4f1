package import PunctualSchedule

/// How many fires are planned for each minute of a time.
package struct FireForecast: Sendable {
    /// The first instant of the first minute.
    package let from: Timestamp
    /// Fires by minute; jitter spreads one over several, so they need not be whole.
    package private(set) var fires: [Double]
    /// How many jobs could not be reckoned to the end within what one forecast may cost.
    package private(set) var unreckoned = 0

    /// The most instants that are looked for, of all groups and of one. A schedule needs at most one for each minute, so
    /// that only rules by the second, and then very many of them, come near.
    package static let mostSteps = 4_000_000
    package static let mostStepsOfOne = 24_000

    /// - Parameters:
    ///   - from: cut to the minute.
    ///   - now: what was due until then is no plan any more.
    package init(of census: FireCensus, from: Timestamp, minutes: Int, after now: Timestamp) {
        self.from = from.minute
        fires = [Double](repeating: 0, count: minutes)
        // What a spread adds from a minute on, and takes away again.
        var changes = [Double](repeating: 0, count: minutes + 1)
        var steps = FireForecast.mostSteps
        for group in census.groups {
            var left = min(steps, FireForecast.mostStepsOfOne)
            let before = left
            if !add(group, after: now, &changes, &left) { unreckoned += group.count }
            steps -= before - left
        }
        var level = 0.0
        for minute in 0..<minutes {
            level += changes[minute]
            fires[minute] += level
        }
    }

    private var end: Timestamp { from + .seconds(60 * Int64(fires.count)) }

    /// - Returns: false when there were more instants than may be looked for.
    private mutating func add(
        _ group: FireCensus.Group, after now: Timestamp, _ changes: inout [Double], _ left: inout Int
    ) -> Bool {
        let key = group.key
        // With jitter, what fired before may still be to come.
        var first = max(now, from - .milliseconds(1) - .seconds(60 * Int64(key.spread)))
        if key.runsLeft != nil { first = now }
        if let startsAt = key.startsAt { first = max(first, startsAt - .milliseconds(1)) }
        let end = min(end, key.endsAt.map { $0 + .milliseconds(1) } ?? end)
        var runs = key.runsLeft ?? .max
        let weight = Double(group.count)
        var last = first
        // Of cron the seconds are the same in every minute.
        var inMinute: Int?
        while runs > 0, let next = key.schedule.next(after: last), next < end {
            if left <= 0 { return false }
            left -= 1
            let minute = next.minute
            let following = minute + .seconds(60)
            var repeats = 1
            switch key.schedule {
            case .interval(let interval): repeats = interval.fires(from: next, until: min(following, end))
            case .cron:
                repeats = inMinute ?? key.schedule.fires(from: next, until: following)
                // The minute under way may have begun with some of them.
                if last < minute { inMinute = repeats }
            default: break
            }
            repeats = min(runs, repeats)
            runs -= repeats
            put(weight * Double(repeats), at: minute, spread: key.spread, &changes)
            last = repeats > 1 ? following - .milliseconds(1) : next
        }
        return true
    }

    private mutating func put(_ count: Double, at minute: Timestamp, spread: Int, _ changes: inout [Double]) {
        let place = Int((minute.milliseconds - from.milliseconds) / 60_000)
        if spread == 0 {
            if fires.indices.contains(place) { fires[place] += count }
            return
        }
        let (begin, end) = (max(0, place), min(fires.count, place + spread))
        guard begin < end else { return }
        changes[begin] += count / Double(spread)
        changes[end] -= count / Double(spread)
    }
}

extension FireForecast {
    /// A minute of the day in which far more fires are planned than usual.
    package struct PileUp: Hashable, Sendable {
        /// The first minute with the most of them.
        package var at: Timestamp
        package var fires: Int
        /// On how many days the same minute of the clock stands out.
        package var days: Int
    }

    /// How many fires make a minute stand out: ten more than half as much again as the minute in the middle has.
    package var leastOfPileUp: Double {
        // Of a forecast that begins in the past its empty minutes say nothing.
        let planned = fires.drop { $0 == 0 }.sorted()
        return 10 + (planned.isEmpty ? 0 : 1.5 * planned[planned.count / 2])
    }

    /// Minutes that stand out, by the minute of the day on a clock of the zone; the highest first.
    ///
    /// One stands out by `leastOfPileUp`.
    package func pileUps(in zone: ZoneRules, limit: Int) -> [PileUp] {
        let least = leastOfPileUp
        var found: [Int: PileUp] = [:]
        for (place, count) in fires.enumerated() where count >= least {
            let at = from + .seconds(60 * Int64(place))
            let local = zone.local(at: at)
            let minute = local.hour * 60 + local.minute
            let fires = Int(count.rounded())
            guard var pileUp = found[minute] else {
                found[minute] = PileUp(at: at, fires: fires, days: 1)
                continue
            }
            if fires > pileUp.fires { (pileUp.at, pileUp.fires) = (at, fires) }
            pileUp.days += 1
            found[minute] = pileUp
        }
        return Array(found.values.sorted { ($1.fires, $0.at) < ($0.fires, $1.at) }.prefix(limit))
    }
}

extension FireCensus {
    /// The jobs that fire within a minute and are not spread beyond it.
    package struct Minute: Sendable {
        /// How many jobs, without the steady ones.
        package var jobs = 0
        /// How many jobs fire in the minute before as well: what comes all the time is no part of a pile-up.
        package var steady = 0
        /// Those that are known by name, sorted; at most `FireCensus.mostNamed`.
        package var named: [Identifier] = []
    }

    package func firing(inMinuteOf instant: Timestamp, after now: Timestamp) -> Minute {
        let begin = instant.minute
        let end = begin + .seconds(60)
        var found = Minute()
        for group in groups where group.key.spread == 0 && group.key.runsLeft != 0 {
            var last = max(now, begin - .milliseconds(1))
            if let startsAt = group.key.startsAt { last = max(last, startsAt - .milliseconds(1)) }
            guard let next = group.key.schedule.next(after: last), next < end,
                group.key.endsAt.map({ next <= $0 }) ?? true
            else { continue }
            if let before = group.key.schedule.previous(before: begin), before >= begin - .seconds(60),
                group.key.startsAt.map({ before >= $0 }) ?? true
            {
                found.steady += group.count
                continue
            }
            found.jobs += group.count
            found.named += group.named.prefix(max(0, FireCensus.mostNamed - found.named.count))
        }
        found.named.sort { ($0.high, $0.low) < ($1.high, $1.low) }
        return found
    }
}

extension Schedule {
    /// How often it fires from an instant at which it does until before the end, within a minute.
    fileprivate func fires(from first: Timestamp, until end: Timestamp) -> Int {
        var (count, last) = (1, first)
        // Cron knows whole seconds: sixty at most.
        while let next = next(after: last), next < end { (count, last) = (count + 1, next) }
        return count
    }
}

extension IntervalSchedule {
    /// The same.
    fileprivate func fires(from first: Timestamp, until end: Timestamp) -> Int {
        Int((end.milliseconds - 1 - first.milliseconds) / every.wholeMilliseconds) + 1
    }
}

extension Timestamp {
    /// The beginning of its minute.
    package var minute: Timestamp {
        var rest = milliseconds % 60_000
        if rest < 0 { rest += 60_000 }
        return Timestamp(milliseconds: milliseconds - rest)
    }
}
