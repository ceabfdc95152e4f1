// PunctualSQLite
