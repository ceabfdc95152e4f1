// PunctualServerTests
