extension Migrations {
    /// What each process has told of each minute (`FigureStore`); `total` only grows while a process counts.
    static let minuteFigures = """
        CREATE TABLE minute_figures (
            minute INTEGER NOT NULL, node TEXT NOT NULL, process TEXT NOT NULL, total INTEGER NOT NULL,
            figures TEXT NOT NULL, PRIMARY KEY (minute, node, process)
        ) WITHOUT ROWID;
        """
}
