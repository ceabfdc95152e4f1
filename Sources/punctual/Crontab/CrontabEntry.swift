/// One line of a crontab that asks for something.
struct CrontabEntry: Equatable {
    /// Counted from 1.
    let line: Int
    /// The five fields or the nickname, as written.
    let schedule: String
    /// Only in the system form.
    let user: String?
    /// As cron hands it to the shell: up to the first bare `%`, `\%` as `%`.
    let command: String
    /// What follows the first bare `%`, each further one a line end; nil when there is none.
    let input: String?
    /// The variables set above the line.
    let variables: [String: String]
}

/// What a line of a crontab is.
enum CrontabLine: Equatable {
    case entry(CrontabEntry)
    /// A line that can't be taken, and why.
    case refused(line: Int, text: String, reason: String)
}

/// The forms of a crontab: a user's own, or the system's with a user in each line.
enum CrontabForm: Equatable { case user, system }
