// PunctualEngineTests
