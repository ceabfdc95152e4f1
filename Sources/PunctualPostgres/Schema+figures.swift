extension Schema {
    /// What each process has told of each minute (`FigureStore`); `total` only grows while a process counts. A few hundred
    /// rows of which the newest are written again and again, so there is room for that on their pages.
    static let minuteFigures = """
        CREATE TABLE minute_figures (
            minute int8 NOT NULL, node text COLLATE "C" NOT NULL, process text COLLATE "C" NOT NULL,
            total int8 NOT NULL, figures text NOT NULL, PRIMARY KEY (minute, node, process)
        ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
        """
}
