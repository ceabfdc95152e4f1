public import PunctualSchedule

extension JobSchedule {
    /// At most `limit` coming occurrences strictly after the instant, as the clock that the owner named shows them.
    /// - Parameter schedule: this one, compiled.
    public func preview(
        of schedule: Schedule, after instant: Timestamp, limit: Int, zones: ZoneCatalog
    ) -> [Schedule.Preview] {
        let items = schedule.preview(after: instant, limit: limit)
        guard case .onceLocal(let local, let name) = self,
            let zone = try? zones.rules(named: name)  // One that is gone meanwhile leaves the instants in UTC.
        else {
            return items
        }
        let note: String? =
            switch zone.resolve(local) {
            case .unique: nil
            case .gap: "\(local) does not exist in \(name); runs at the first valid instant after the gap"
            case .overlap: "\(local) comes twice in \(name); runs the first time"
            }
        return items.map { Schedule.Preview(at: $0.at, local: zone.text(of: $0.at), note: note) }
    }
}
