// PunctualSystemTests
