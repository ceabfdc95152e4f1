// PunctualExecutorsTests
