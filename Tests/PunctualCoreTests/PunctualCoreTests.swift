// PunctualCoreTests
