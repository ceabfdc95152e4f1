// PunctualSQLiteTests
