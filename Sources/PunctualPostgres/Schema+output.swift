extension Schema {
    /// What executions say while they run, by the months of `ended_executions`, so that it leaves with them. A row is what
    /// came at a time; its last columns say how much there is up to then (`OutputTail`).
    ///
    /// How far an attempt is stands in the execution's own row. Months that were left detached get the column as well, since
    /// they are still to be archived.
    static let output = """
        CREATE TABLE output_pieces (
            execution_id uuid NOT NULL,
            -- The number of its first line.
            first int8 NOT NULL,
            attempt int8 NOT NULL,
            -- Instant, level and text of each line, as JSON.
            said text NOT NULL,
            last int8 NOT NULL,
            bytes int8 NOT NULL,
            received int8 NOT NULL,
            is_full bool NOT NULL,
            -- A number that the call drew, so that a repeated one knows its own.
            call int8 NOT NULL,
            PRIMARY KEY (execution_id, first)
        ) PARTITION BY RANGE (execution_id)
        --
        CREATE TABLE output_pieces_rest PARTITION OF output_pieces DEFAULT
        --
        ALTER TABLE open_executions ADD COLUMN progress text
        --
        ALTER TABLE ended_executions ADD COLUMN progress text
        --
        DO $$ DECLARE month regclass; BEGIN
            FOR month IN SELECT oid FROM pg_class
                WHERE relkind = 'r' AND NOT relispartition AND relname ~ '^ended_[0-9]{4}_[0-9]{2}$' AND pg_table_is_visible(oid)
            LOOP EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS progress text', month); END LOOP;
        END $$
        """
}
