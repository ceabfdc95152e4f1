extension RecurrenceSchedule {
    public var words: String { rule.text }
}
